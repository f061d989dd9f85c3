-- What people last asked of a retrainer. The workflow follows it; where a workflow is lost, another one is begun by it.
alter table retrainers add column desired_active boolean;
alter table retrainers add column desired_at timestamptz;
update retrainers set desired_active = active, desired_at = now();

-- Lost: its workflow was ended from outside, or Temporal does not know it any more.
alter table cycles drop constraint cycles_outcome_check;
alter table cycles add constraint cycles_outcome_check check (outcome in
  ('deployed', 'rolling out', 'rejected', 'inconclusive', 'failed', 'cancelled', 'rolled back', 'lost'));
alter table backtest_ends drop constraint backtest_ends_state_check;
alter table backtest_ends add constraint backtest_ends_state_check check (state in
  ('finished', 'failed', 'cancelled', 'lost'));
