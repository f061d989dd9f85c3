-- A data scientist replays history, a privacy officer answers what persons ask; the other roles are as they were.
alter table api_keys drop constraint api_keys_role_check;
alter table api_keys add constraint api_keys_role_check
  check (role in ('viewer', 'data-scientist', 'operator', 'privacy-officer', 'admin'));
