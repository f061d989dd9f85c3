-- A federated training that waits can be withdrawn.
alter table federated_runs drop constraint federated_runs_state_check;
alter table federated_runs add constraint federated_runs_state_check
  check (state in ('waiting', 'running', 'done', 'failed', 'withdrawn'));
