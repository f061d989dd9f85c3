-- A model that is out of use: nothing checks, monitors or asks it until it is restored. The audit has each change.
alter table retrainers add column retired_at timestamptz;
alter table retrainers add column retired_by text;
alter table retrainers add column retired_why text;
