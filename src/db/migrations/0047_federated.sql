-- Trainings in rounds over participants whose rows stay apart: what was asked for, and how far each has come.
create table federated_runs (
  id text primary key,
  model text not null,
  plan jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  cycle_id text unique,
  participants jsonb,
  requested_by text not null,
  why text not null,
  error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create unique index federated_runs_open on federated_runs (model) where state in ('waiting', 'running');
create index federated_runs_newest on federated_runs (created_at);

-- One attempt of a round. Who takes part in a step is settled once, and never changed: participants reveal by it.
create table federated_rounds (
  run text not null,
  round integer not null,
  attempt integer not null,
  roster jsonb,
  sharers jsonb,
  summed jsonb,
  checkpoint text,
  loss float8,
  epsilon float8,
  closed_at timestamptz,
  primary key (run, round, attempt)
);

-- What participants sent in a round: the sha256 of each message. They go when the run ends.
create table federated_messages (
  run text not null,
  round integer not null,
  attempt integer not null,
  step text not null check (step in ('keys', 'shares', 'masked', 'revealed')),
  participant text not null,
  sha256 text not null,
  sent_at timestamptz not null default now(),
  primary key (run, round, attempt, step, participant)
);
