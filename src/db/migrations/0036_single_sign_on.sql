-- Somebody who signed in by an OpenID provider: no key stands behind the session, but the name, the role that their groups
-- gave them then, and how the provider names the person and its own session, by which it can end ours.
alter table sessions alter column key_name drop not null;
alter table sessions alter column key_hash drop not null;
alter table sessions add column person text;
alter table sessions add column role text
  check (role in ('viewer', 'data-scientist', 'operator', 'privacy-officer', 'admin'));
alter table sessions add column subject text;
alter table sessions add column provider_session text;
alter table sessions add constraint sessions_of_key_or_person
  check (case when person is null then key_name is not null and key_hash is not null
    else key_name is null and role is not null and subject is not null end);
create index sessions_of_subject on sessions (subject) where subject is not null;

-- A sign-in that was begun: the browser has its state, the database the sha256. Used once, within minutes.
create table oidc_sign_ins (
  sha256 text primary key,
  verifier text not null,
  nonce text not null,
  to_path text not null,
  expires_at timestamptz not null
);
