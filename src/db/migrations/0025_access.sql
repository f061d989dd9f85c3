-- A link that signs in holds a code, never a key: it is used once, within minutes.
create table sign_in_codes (
  sha256 text primary key,
  key_name text not null,
  key_hash text not null,           -- the key that asked for it: one made anew under its name signs nobody in
  expires_at timestamptz not null
);

-- Proof that Perennial itself made a version: Ed25519 over model, number, the sha256 of its file, and its manifest.
alter table model_versions add column signature text;

-- A key is one thing however it is named: what was stored for it is not the next one's of its name. It may end by itself,
-- may do less than its role, and goes on for a while after it was rotated.
alter table api_keys add column id uuid not null default gen_random_uuid();
alter table api_keys add column expires_at timestamptz;
alter table api_keys add column scopes text[];                -- null: all that the role allows
alter table api_keys add column previous_salt text;
alter table api_keys add column previous_hash text;
alter table api_keys add column previous_until timestamptz;
