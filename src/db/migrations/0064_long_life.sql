-- Looks pile up for as long as an installation lives. `model is null` is no equality, so that an index which has the model
-- before the moment gives no order among the looks at events: all of them were sorted to find the newest.
create index observations_of_events on observations (kind, as_of desc, at desc) where model is null;

-- Few looks find anything, and each check asks for all that was ever found.
create index observations_found on observations (as_of desc, at desc)
  where kind = 'quality' and model is null and report -> 'findings' <> '[]';

-- Every open page asks again and again whether there is a newer one.
create index observations_at on observations (at desc);

-- A number that is none spoils every answer that lists it: this table came after those that had the check.
alter table federated_rounds add constraint federated_rounds_finite check (
  (loss is null or is_finite(loss)) and (epsilon is null or is_finite(epsilon))) not valid;
