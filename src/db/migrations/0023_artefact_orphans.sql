-- Files of the artefact store that no row named when they were looked at. One that is named again is taken off the list;
-- one that still is not a day later is deleted.
create table artefact_orphans (
  name text primary key,
  bytes bigint not null,
  found_at timestamptz not null default now()
);
