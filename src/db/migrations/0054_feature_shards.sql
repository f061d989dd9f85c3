-- Shards of a cut-off that is being built, by the number of their range: a build that was interrupted goes on behind them.
-- They go when it is done.
create table feature_shards (
  key text not null,
  cutoff timestamptz not null,
  events_seen bigint not null,
  number integer not null,
  from_key uuid,
  to_key uuid,
  sha256 text not null,
  rows integer not null,
  built_at timestamptz not null default now(),
  primary key (key, cutoff, events_seen, number)
);
