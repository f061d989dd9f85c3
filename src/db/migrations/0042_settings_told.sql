-- Who holds these settings in memory hears when they change: where the clock is pinned, and from when on events are kept.
create function tell_settings() returns trigger language plpgsql as $$
begin perform pg_notify('perennial_settings', ''); return null; end $$;
create trigger settings_put after insert or update on settings
  for each row when (new.name in ('pinned_as_of', 'events_kept_from')) execute function tell_settings();
create trigger settings_gone after delete on settings
  for each row when (old.name in ('pinned_as_of', 'events_kept_from')) execute function tell_settings();
