-- Roles. A key holds one of three; those that were there before could do everything, and go on to.
alter table api_keys add column role text not null default 'admin' check (role in ('viewer', 'operator', 'admin'));
alter table api_keys alter column role drop default;
alter table api_keys add column created_by text;            -- null: the installation itself
alter table api_keys add column last_used_at timestamptz;   -- to the minute; null: never, or before this column

-- What is kept of a key: the sha256 of a salt of its own followed by the key's sha256. So two rows never tell that
-- they hold the same key, and what was stored before could be salted here without the key.
alter table api_keys rename column sha256 to hash;
alter table sessions rename column key_sha256 to key_hash;
alter table api_keys add column salt text not null default gen_random_uuid()::text;
update sessions s set key_hash = encode(sha256(convert_to(k.salt || k.hash, 'UTF8')), 'hex')
  from api_keys k where k.name = s.key_name and k.hash = s.key_hash;
update api_keys set hash = encode(sha256(convert_to(salt || hash, 'UTF8')), 'hex');
