-- A person who signed in to the dashboard with a key. The browser has the session's id, the database its sha256.
-- It holds while the key is the one that was shown: a key that is replaced or removed ends its sessions.
create table sessions (
  sha256 text primary key,
  key_name text not null references api_keys (name) on delete cascade,
  key_sha256 text not null,
  notice text,                       -- what the next page says, once: how the last change came out
  created_at timestamptz not null,
  expires_at timestamptz not null,
  seen_at timestamptz not null
);
create index sessions_expire on sessions (expires_at);
