-- An import can be listed by a short number and taken out again: each of its events names it. Null: sent to the API, or
-- imported before this column.
alter table events add column import_id integer;
alter table imports add column id integer generated always as identity unique;
alter table imports add column conflicts bigint not null default 0;  -- of those in quarantine: the id was taken
alter table imports add column summary jsonb;                        -- what the command told, once it was read to its end
alter table imports add column undone_at timestamptz;
