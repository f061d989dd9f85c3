-- No number is stored that is none: NaN and infinity are refused. Rows that are there already stay as they are.
-- In Postgres NaN is greater than every other number, infinity too.
create or replace function is_finite(x double precision) returns boolean
  language sql immutable parallel safe return x > '-Infinity' and x < 'Infinity';

alter table events add constraint events_finite check
  ((price is null or is_finite(price)) and (quantity is null or is_finite(quantity))
    and (amount is null or is_finite(amount))) not valid;
alter table predictions add constraint predictions_finite check
  (is_finite(prediction) and (outcome is null or is_finite(outcome))) not valid;
alter table serving_history add constraint serving_history_finite check (is_finite(share)) not valid;
alter table user_days add constraint user_days_finite check
  (is_finite(units) and is_finite(spend) and is_finite(returned)) not valid;
alter table backtest_trainings add constraint backtest_trainings_finite check (is_finite(seconds)) not valid;

-- JSON has no such numbers; some tools write them as words, which later look like numbers that they are not.
create or replace function has_words_for_numbers(value jsonb) returns boolean
  language sql immutable parallel safe
  return jsonb_path_exists(value, '$.** ? (@ == "NaN" || @ == "Infinity" || @ == "-Infinity")');

alter table cycles add constraint cycles_finite check
  ((evidence is null or not has_words_for_numbers(evidence)) and (watch is null or not has_words_for_numbers(watch)))
  not valid;
alter table model_versions add constraint model_versions_finite check
  (not has_words_for_numbers(manifest -> 'metrics')) not valid;
