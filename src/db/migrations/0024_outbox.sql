-- Messages to workflows, written in the transaction of the audit row that they belong to and sent after it: neither is
-- ever there without the other, whenever a process dies.
create table outbox (
  id bigint generated always as identity primary key,
  key text not null unique,            -- the request and whom it is for: written once
  target text not null,                -- the workflow that hears it: its messages are sent in the order of their ids
  message jsonb not null,
  created_at timestamptz not null default now(),
  attempts integer not null default 0, -- failed while Temporal answered
  last_error text,
  sent_at timestamptz,
  given_up_at timestamptz
);
create index outbox_unsent on outbox (target, id) where sent_at is null and given_up_at is null;

-- Signed signals that were heard: a signature counts once. `receipt` tells a retry of the same hearing from a replay.
create table signal_uses (
  signature text primary key,
  receipt text not null,
  at timestamptz not null default now()
);
