-- Who remembers shoppers hears that one was erased, or objects now: of no other change does it matter.
create function tell_people() returns trigger language plpgsql as $$
begin perform pg_notify('perennial_people', ''); return null; end $$;
create trigger person_gone after delete on people for each row execute function tell_people();
create trigger person_changed after update on people
  for each row when (old.key is distinct from new.key or old.objected_at is distinct from new.objected_at)
  execute function tell_people();
