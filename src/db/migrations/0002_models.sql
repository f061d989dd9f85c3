-- Settings of this installation that are not configuration: the clock of a demo, the pseudonym check value.
create table settings (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

-- Each change is a new row; the newest is in force.
create table config_versions (
  version integer primary key,
  config jsonb not null,
  by text not null,
  why text not null,
  at timestamptz not null default now()
);

-- One per model: what /retraining/status shows, written by the retrainer workflow.
create table retrainers (
  model text primary key,
  active boolean not null,
  next_check_at timestamptz,
  running_cycle text,
  updated_at timestamptz not null default now()
);

-- Every answer of the trigger, also "wait", with its reasons and their evidence.
create table checks (
  id uuid primary key,
  model text not null,
  workflow_run text not null unique,
  as_of timestamptz not null,
  trigger text not null,
  answer text not null check (answer in ('retrain', 'wait', 'fix data first', 'cannot tell yet')),
  reasons jsonb not null,
  cycle_id text,
  checked_at timestamptz not null default now()
);
create index checks_model_at on checks (model, checked_at desc);

create table cycles (
  id text primary key,               -- retrainer/{model}/cycle/{number}
  model text not null,
  number integer not null,
  run_id text not null,
  trigger text not null,
  requested_by text,
  as_of timestamptz not null,
  stage text not null check (stage in ('check', 'snapshot', 'train', 'validate', 'refit', 'smoke test', 'deploy', 'report', 'ended')),
  progress jsonb,                    -- of the running stage: {"fraction": 0.4, "text": "..."}
  reasons jsonb not null,
  snapshot_id text,
  champion integer,                  -- version that served when the cycle began; null: none yet
  challenger integer,
  verdict text check (verdict in ('promote', 'reject', 'inconclusive')),
  evidence jsonb,
  outcome text check (outcome in ('deployed', 'rejected', 'inconclusive', 'failed', 'cancelled', 'rolled back')),
  error text,
  watch jsonb,                       -- what the first labelled window after deployment said
  stages jsonb not null default '[]',-- [{"stage","startedAt","endedAt","attempt"}]
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (model, number)
);
create index cycles_started on cycles (started_at desc);

-- Point-in-time rows of one cut-off, sealed in the artefact store; rebuilt only when older events arrived late.
create table feature_blocks (
  key text not null,                 -- feature definition and population
  cutoff timestamptz not null,
  events_seen bigint not null,       -- events before the cut-off when it was built
  sha256 text not null,
  rows integer not null,
  built_at timestamptz not null default now(),
  primary key (key, cutoff)
);
create table label_blocks (
  key text not null,                 -- model, its label, horizon and population
  cutoff timestamptz not null,
  events_seen bigint not null,       -- events before cut-off + horizon when it was built
  feature_sha256 text not null,
  sha256 text not null,
  built_at timestamptz not null default now(),
  primary key (key, cutoff)
);
create table snapshots (
  id text primary key,               -- sha256 over its blocks
  model text not null,
  as_of timestamptz not null,
  feature_hash text not null,
  horizon_days integer not null,
  events_seen bigint not null,
  rows integer not null,
  blocks jsonb not null,             -- [{"cutoff","rows","features","labels"}], oldest first
  created_at timestamptz not null default now()
);

create table model_versions (
  model text not null,
  version integer not null,
  cycle_id text not null,
  state text not null check (state in ('candidate', 'deployed', 'rejected', 'reference')),
  artefact_sha256 text not null,
  manifest jsonb not null,
  damaged_at timestamptz,            -- its file failed the sha256 check
  artefact_removed_at timestamptz,   -- beyond the backups kept
  created_at timestamptz not null default now(),
  primary key (model, version),
  unique (model, cycle_id)
);

-- What serves: moved by compare-and-swap only, together with one row of its history.
create table serving (
  model text primary key,
  version integer not null,
  revision bigint not null,
  foreign key (model, version) references model_versions (model, version)
);
create table serving_history (
  id bigint generated always as identity primary key,
  model text not null,
  version integer not null,
  previous integer,
  kind text not null check (kind in ('deploy', 'roll back', 'promote')),
  key text not null,                 -- the cycle or request that moved it: once each
  by text not null,
  why text not null,
  as_of timestamptz not null,
  at timestamptz not null default now(),
  unique (model, key)
);
create index serving_history_model on serving_history (model, id desc);

create table predictions (
  id bigint generated always as identity primary key,
  model text not null,
  version integer,                   -- null: the baseline spoke
  user_key uuid not null,
  as_of timestamptz not null,
  prediction double precision not null,
  fallback boolean not null,
  feature_hash text not null,
  at timestamptz not null default now()
);
create index predictions_model_asof on predictions (model, as_of);

create table alerts (
  id bigint generated always as identity primary key,
  key text not null,
  model text,
  title text not null,
  detail jsonb not null,
  opened_at timestamptz not null default now(),
  closed_at timestamptz
);
create unique index alerts_open_once on alerts (key) where closed_at is null;

-- Each change a person makes: append-only.
create table audit (
  id bigint generated always as identity primary key,
  request_id text not null unique,
  at timestamptz not null default now(),
  who text not null,
  action text not null,
  target text not null,
  why text not null,
  before jsonb,
  after jsonb
);
create table idempotency_keys (
  key text primary key,
  fingerprint text not null,         -- route and body: the same key with another body is refused
  status integer,
  response jsonb,
  at timestamptz not null default now()
);
create table api_keys (
  name text primary key,
  sha256 text not null unique,
  created_at timestamptz not null default now()
);

-- Replays of history (the demo): one row per cut-off, model and policy.
create table replay_scores (
  replay text not null,
  model text not null,
  policy text not null,
  cutoff timestamptz not null,
  version integer,
  rows integer not null,
  metrics jsonb not null,
  primary key (replay, model, policy, cutoff)
);
create function refuse_change() returns trigger language plpgsql as $$
begin raise exception 'rows of % are append-only', tg_table_name; end $$;
create trigger audit_append_only before update or delete on audit for each row execute function refuse_change();
create trigger audit_kept_whole before truncate on audit execute function refuse_change();
create trigger serving_history_append_only before update or delete on serving_history for each row execute function refuse_change();
create trigger serving_history_kept_whole before truncate on serving_history execute function refuse_change();

-- ISO 8601 in UTC with ms, as JavaScript writes it.
create function iso(t timestamptz) returns text language sql immutable parallel safe
  return to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
