-- Each row of the audit holds the hash of the one before it, so that a changed, removed or added row breaks the chain.
-- `link` counts without gaps; `id` does not, since a change that is written twice takes one in vain.
alter table audit add column link bigint unique;
alter table audit add column previous_hash text;
alter table audit add column hash text;

-- The newest link. One row, whose lock also puts those that write at once one after the other.
create table audit_head (
  one boolean primary key default true check (one),
  link bigint not null,
  hash text not null
);
insert into audit_head (link, hash) values (0, repeat('0', 64));

-- What a checkpoint signed: the key is outside of the database.
create table audit_checkpoints (
  link bigint primary key,
  hash text not null,
  signature text not null,
  at timestamptz not null default now()
);

-- Each field with its length in bytes before it, so that no text can pass for two fields.
create function audit_field(value text) returns text language sql immutable as $$
  select case when value is null then '-' else octet_length(convert_to(value, 'UTF8')) || ':' || value end $$;

create function audit_hash(entry audit, link bigint, previous_hash text) returns text language sql immutable as $$
  select encode(sha256(convert_to(
    audit_field(link::text) || audit_field(previous_hash) || audit_field(entry.request_id)
      || audit_field((extract(epoch from entry.at) * 1000000)::bigint::text)
      || audit_field(entry.who) || audit_field(entry.action) || audit_field(entry.target) || audit_field(entry.why)
      || audit_field(entry.before::text) || audit_field(entry.after::text), 'UTF8')), 'hex') $$;

-- Runs as the owner: the role of the app may not touch the head.
create function chain_audit() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare head audit_head;
begin
  select * into head from audit_head for update;
  if exists (select from audit where request_id = new.request_id) then return new; end if; -- written already: refused next
  new.link := head.link + 1;
  new.previous_hash := head.hash;
  new.hash := audit_hash(new, new.link, new.previous_hash);
  update audit_head set link = new.link, hash = new.hash;
  return new;
end $$;

-- What stands there already is chained as it is.
alter table audit disable trigger audit_append_only;
do $$
declare old audit; head audit_head;
begin
  select * into head from audit_head;
  for old in select * from audit order by id loop
    update audit set link = head.link + 1, previous_hash = head.hash, hash = audit_hash(old, head.link + 1, head.hash)
      where id = old.id returning link, audit.hash into head.link, head.hash;
  end loop;
  update audit_head set link = head.link, hash = head.hash;
end $$;
alter table audit enable trigger audit_append_only;
create trigger audit_chain before insert on audit for each row execute function chain_audit();
