-- MONITOR. What one look at the events or at a model found, with all that is needed to find it again.
create table observations (
  id uuid primary key,
  kind text not null check (kind in ('quality', 'drift', 'performance')),
  model text,                        -- null: of the events, whatever the model
  key text not null,                 -- the workflow run or the request that looked: once each
  as_of timestamptz not null,
  answer text not null,
  report jsonb not null,
  evidence_sha256 text not null,     -- sealed input of the judgement, in the artefact store
  code_version text not null,
  at timestamptz not null default now(),
  settled_at timestamptz,            -- when alerts were opened and closed by it: once each
  unique nulls not distinct (kind, model, key)
);
create index observations_newest on observations (kind, model, as_of desc, at desc);

-- When a quality finding was first seen, and whether a person said that the data are as they should be.
create table quality_findings (
  key text primary key,              -- kind, subject and the day it began
  kind text not null,
  subject text not null,
  first_seen timestamptz not null,   -- as of
  last_seen timestamptz not null,
  accepted_at timestamptz,
  accepted_by text,
  accepted_why text
);

-- Sent again under an id that is stored already: the event counts once, the repetition is counted here.
create table repeats (
  day integer not null,              -- UTC day on which it was received
  source text not null,
  slot smallint not null,
  events bigint not null,
  primary key (day, source, slot)
);

-- The findings a check decided on: the same findings give the same answer.
alter table checks add column findings jsonb;
alter table checks add column observations uuid[] not null default '{}';
alter table checks add column code_version text;

-- Predictions meet their outcomes when the horizon has passed.
alter table predictions add column source text not null default 'api' check (source in ('api', 'monitor'));
alter table predictions add column horizon_days integer;   -- null: stored before 0.2, never joined
alter table predictions add column segment text;
alter table predictions add column outcome double precision;
alter table predictions add column met_at timestamptz;     -- as of
create index predictions_pending on predictions (model, as_of) where outcome is null and horizon_days is not null;
create index predictions_met on predictions (model, met_at) where outcome is not null;
-- The monitor scores the population once a moment: a retry finds its own rows.
create unique index predictions_monitor_once on predictions (model, version, as_of, user_key) where source = 'monitor';

-- Streaming detectors on the errors of a version, as they were after the last outcome they read.
create table streams (
  model text not null,
  version integer not null,
  detector text not null,
  seen bigint not null,
  last_as_of timestamptz,            -- of the newest prediction that was read
  last_id bigint not null default 0,
  state jsonb not null,
  primary key (model, version, detector)
);
create table stream_alarms (
  model text not null,
  version integer not null,
  detector text not null,
  seen bigint not null,              -- errors read when it spoke: once each
  as_of timestamptz not null,        -- moment of the prediction whose outcome made it speak
  direction text not null check (direction in ('up', 'down', 'either')),
  at timestamptz not null default now(),
  primary key (model, version, detector, seen)
);

-- ALERTS. One row from opening to closing; a key is open once.
alter table alerts add column kind text not null default 'model';
alter table alerts add column severity text not null default 'warning' check (severity in ('info', 'warning', 'critical'));
alter table alerts add column last_seen_at timestamptz not null default now();
alter table alerts add column seen integer not null default 1;
alter table alerts add column escalated_at timestamptz;
alter table alerts add column acknowledged_at timestamptz;
alter table alerts add column acknowledged_by text;
alter table alerts add column acknowledged_why text;
alter table alerts add column closed_why text;
alter table alerts add column missed integer not null default 0; -- looks in a row that did not find it
create index alerts_key on alerts (key, id desc);

-- What is to be told about an alert, and over which channel: written with the change itself, sent by an activity.
create table deliveries (
  id uuid primary key,
  alert_id bigint not null references alerts (id),
  event text not null check (event in ('opened', 'escalated', 'closed')),
  channel text not null check (channel in ('log', 'webhook', 'email')),
  body jsonb not null,               -- the alert as it was then
  attempts integer not null default 0,
  last_error text,
  tried_at timestamptz,
  claimed_until timestamptz,         -- a process is sending it
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  given_up_at timestamptz,
  unique (alert_id, event, channel)
);
create index deliveries_due on deliveries (created_at) where delivered_at is null and given_up_at is null;

-- When the worker last said that it is there: who waits for it can tell that it stalled.
create table workers (
  name text primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- How much each feature matters to a version: relative rise of its loss when the feature is shuffled.
alter table model_versions add column importance jsonb;

-- Who delivers hears at once that there is something to deliver.
create function notify_deliveries() returns trigger language plpgsql as $$
begin perform pg_notify('perennial_deliveries', ''); return null; end $$;
create trigger deliveries_wake after insert on deliveries for each statement execute function notify_deliveries();

-- What one day's events look like to the quality checks; made anew when events of that day arrived since.
create table quality_days (
  day integer primary key,
  made_by integer not null,          -- version of the profile
  events bigint not null,            -- of that day when it was made
  profile jsonb not null
);
