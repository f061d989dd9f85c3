-- The words that people read of a cycle: a search of them read the reasons of every cycle. Needs no extension.
alter table cycles add column words tsvector generated always as (
  to_tsvector('simple'::regconfig,
    model || ' ' || number::text || ' ' || trigger || ' ' || coalesce('v' || challenger::text, '') || ' '
      || coalesce(outcome, '') || ' ' || coalesce(requested_by, '') || ' ' || coalesce(error, ''))
  || jsonb_to_tsvector('simple'::regconfig, jsonb_path_query_array(reasons, '$[*].text'), '["string"]')
) stored;
create index cycles_words on cycles using gin (words);
