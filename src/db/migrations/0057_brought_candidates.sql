-- Models that people brought to a running installation: candidates beside those of the model's file.
create table brought_candidates (
  model text not null,
  name text not null,
  recipe jsonb not null,
  file_sha256 text,
  by text not null,
  why text not null,
  at timestamptz not null default now(),
  challenged_by text,
  primary key (model, name)
);
