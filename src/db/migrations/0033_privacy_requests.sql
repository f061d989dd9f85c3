-- What persons asked for by their rights, and what became of it. The person stands here only until it is done.
create table privacy_requests (
  id uuid primary key,
  kind text not null check (kind in ('erasure', 'objection')),
  -- of the person; null once it is done
  key uuid,
  who text not null,
  why text not null,
  stage text not null default 'requested',
  -- counts of what was found
  found jsonb not null default '{}',
  requested_at timestamptz not null default now(),
  ended_at timestamptz,
  receipt jsonb,
  signature text
);
create index privacy_requests_open on privacy_requests (key) where ended_at is null;
create index privacy_requests_newest on privacy_requests (requested_at desc);

-- What was taken out of sealed files, each entry with the hash of the one before.
create table redactions (
  number bigint primary key,
  request uuid not null references privacy_requests (id),
  from_sha256 text not null unique,
  to_sha256 text not null,
  what text not null,
  at timestamptz not null,
  previous_hash text not null,
  hash text not null
);
create index redactions_to on redactions (to_sha256);
create trigger redactions_append_only before update or delete on redactions for each row execute function refuse_change();
create trigger redactions_kept_whole before truncate on redactions for each statement execute function refuse_change();
