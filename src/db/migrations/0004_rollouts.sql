-- DEPLOY OR ROLL BACK. A rollout shows challengers to a growing share of shoppers before one of them serves everyone.
create table rollouts (
  id text primary key,               -- rollout/{model}/v{version}
  model text not null,
  cycle_id text not null,            -- the cycle, or the request of a person, that began it
  champion integer not null,         -- version that served when it began
  challengers integer[] not null,    -- the one it is about first
  plan jsonb not null,               -- strategy and its settings, as they were when it began
  state text not null check (state in ('running', 'promoted', 'rolled back', 'held', 'superseded')),
  step integer not null,
  shares jsonb not null,             -- [{"version","share"}] of the challengers, as of the last look
  as_of timestamptz not null,        -- moment it began for
  step_as_of timestamptz not null,
  step_at timestamptz not null default now(),
  replayed boolean not null,         -- whoever replays history says when to look; else its own timer does
  began_by text not null,
  why text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  ended_why text
);
create unique index rollouts_one_runs on rollouts (model) where state = 'running';
create index rollouts_model on rollouts (model, started_at desc);

-- Each look at a rollout: what it rested on and what it decided, enough to decide it again.
create table rollout_looks (
  rollout text not null references rollouts (id),
  number integer not null,
  key text not null,                 -- the call that looked: once each
  as_of timestamptz not null,
  step integer not null,
  shares jsonb not null,             -- as they were when it looked
  evidence jsonb not null,
  decision jsonb not null,
  code_version text not null,
  at timestamptz not null default now(),
  primary key (rollout, number),
  unique (rollout, key)
);

-- Who speaks to whom: the champion, unless a shopper falls to one of the arms of the rollout that runs.
alter table serving add column arms jsonb not null default '[]';   -- [{"version","share","shown"}]
alter table serving add column salt text not null default '';      -- id of the rollout: other shoppers go first each time
create function notify_serving() returns trigger language plpgsql as $$
begin perform pg_notify('perennial_serving', new.model); return null; end $$;
create trigger serving_wake after insert or update on serving for each row execute function notify_serving();

-- A change of share is a change of what serves, and has its row.
alter table serving_history add column share double precision not null default 1;
alter table serving_history add column rollout text;
alter table serving_history drop constraint serving_history_kind_check;
alter table serving_history add constraint serving_history_kind_check
  check (kind in ('deploy', 'roll back', 'promote', 'share'));

-- A person lets a validated version go on, or not.
create table approvals (
  cycle_id text primary key,
  model text not null,
  version integer not null,
  text text not null,                -- what is asked, with what validation found
  asked_at timestamptz not null default now(),
  expires_at timestamptz not null,
  reminders integer not null default 0,
  decision text check (decision in ('approved', 'rejected', 'expired')),
  decided_by text,
  decided_why text,
  decided_at timestamptz
);
create index approvals_open on approvals (model) where decision is null;

alter table cycles drop constraint cycles_stage_check;
alter table cycles add constraint cycles_stage_check check (stage in
  ('check', 'snapshot', 'train', 'validate', 'refit', 'smoke test', 'approve', 'deploy', 'report', 'ended'));
alter table cycles drop constraint cycles_outcome_check;
alter table cycles add constraint cycles_outcome_check check (outcome in
  ('deployed', 'rolling out', 'rejected', 'inconclusive', 'failed', 'cancelled', 'rolled back'));

-- Whose answer it was, and whether the shopper was given it: in a rollout both versions answer, one is shown.
alter table predictions add column arm text not null default 'champion'
  check (arm in ('champion', 'challenger', 'known good', 'baseline'));
alter table predictions add column shown boolean not null default true;
create index predictions_version_asof on predictions (model, version, as_of);

-- How serving does, per version and minute: what guardrails look at. Each process adds to rows of its own.
create table serving_minutes (
  model text not null,
  version integer not null,          -- the version that should have spoken
  minute timestamptz not null,
  process text not null,
  answers bigint not null,           -- answers that shoppers were given in its name
  errors bigint not null,            -- of them: it threw, or said something that is not a number
  fallbacks bigint not null,         -- of them: another version or the baseline spoke for it
  latency jsonb not null,            -- requests per bucket of ms, by upper bound: {"1": 20, "2": 3}
  primary key (model, version, minute, process)
);
create index serving_minutes_minute on serving_minutes (minute);

-- A person who is waited for is reminded: the same alert is told again.
alter table deliveries add column turn integer not null default 0;
alter table deliveries drop constraint deliveries_alert_id_event_channel_key;
alter table deliveries add unique (alert_id, event, channel, turn);
alter table deliveries drop constraint deliveries_event_check;
alter table deliveries add constraint deliveries_event_check
  check (event in ('opened', 'reminded', 'escalated', 'closed'));
