-- What people write to a version, and the tags they find it by. Beside the versions: a backtest's own copy has none.
create table version_notes (
  model text not null,
  version integer not null,
  note text not null,
  tags text[] not null,
  by text not null,
  at timestamptz not null default now(),
  primary key (model, version)
);
