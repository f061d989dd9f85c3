-- What the migrations make, for review. Renew with: deno task db:schema

create table alerts (
  id bigint not null generated always as identity,
  key text not null,
  model text,
  title text not null,
  detail jsonb not null,
  opened_at timestamp with time zone not null default now(),
  closed_at timestamp with time zone,
  kind text not null default 'model'::text,
  severity text not null default 'warning'::text,
  last_seen_at timestamp with time zone not null default now(),
  seen integer not null default 1,
  escalated_at timestamp with time zone,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  acknowledged_why text,
  closed_why text,
  missed integer not null default 0,
  constraint alerts_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
  constraint alerts_pkey PRIMARY KEY (id)
);
CREATE INDEX alerts_key ON public.alerts USING btree (key, id DESC);
CREATE UNIQUE INDEX alerts_open_once ON public.alerts USING btree (key) WHERE (closed_at IS NULL);

create table api_keys (
  name text not null,
  hash text not null,
  created_at timestamp with time zone not null default now(),
  role text not null,
  created_by text,
  last_used_at timestamp with time zone,
  salt text not null default (gen_random_uuid())::text,
  id uuid not null default gen_random_uuid(),
  expires_at timestamp with time zone,
  scopes text[],
  previous_salt text,
  previous_hash text,
  previous_until timestamp with time zone,
  constraint api_keys_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'data-scientist'::text, 'operator'::text, 'privacy-officer'::text, 'admin'::text]))),
  constraint api_keys_pkey PRIMARY KEY (name),
  constraint api_keys_sha256_key UNIQUE (hash)
);

create table approvals (
  cycle_id text not null,
  model text not null,
  version integer not null,
  text text not null,
  asked_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  reminders integer not null default 0,
  decision text,
  decided_by text,
  decided_why text,
  decided_at timestamp with time zone,
  constraint approvals_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'rejected'::text, 'expired'::text]))),
  constraint approvals_pkey PRIMARY KEY (cycle_id)
);
CREATE INDEX approvals_open ON public.approvals USING btree (model) WHERE (decision IS NULL);

create table artefact_orphans (
  name text not null,
  bytes bigint not null,
  found_at timestamp with time zone not null default now(),
  constraint artefact_orphans_pkey PRIMARY KEY (name)
);

create table audit (
  id bigint not null generated always as identity,
  request_id text not null,
  at timestamp with time zone not null default now(),
  who text not null,
  action text not null,
  target text not null,
  why text not null,
  before jsonb,
  after jsonb,
  link bigint,
  previous_hash text,
  hash text,
  constraint audit_pkey PRIMARY KEY (id),
  constraint audit_link_key UNIQUE (link),
  constraint audit_request_id_key UNIQUE (request_id)
);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_chain BEFORE INSERT ON public.audit FOR EACH ROW EXECUTE FUNCTION chain_audit();
CREATE TRIGGER audit_kept_whole BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table audit_checkpoints (
  link bigint not null,
  hash text not null,
  signature text not null,
  at timestamp with time zone not null default now(),
  constraint audit_checkpoints_pkey PRIMARY KEY (link)
);

create table audit_head (
  one boolean not null default true,
  link bigint not null,
  hash text not null,
  constraint audit_head_one_check CHECK (one),
  constraint audit_head_pkey PRIMARY KEY (one)
);

create table backtest_ends (
  backtest text not null,
  policy text not null,
  state text not null,
  text text not null,
  at timestamp with time zone not null default now(),
  constraint backtest_ends_state_check CHECK ((state = ANY (ARRAY['finished'::text, 'failed'::text, 'cancelled'::text, 'lost'::text]))),
  constraint backtest_ends_backtest_fkey FOREIGN KEY (backtest) REFERENCES backtests(id),
  constraint backtest_ends_pkey PRIMARY KEY (backtest, policy)
);
CREATE TRIGGER backtest_ends_append_only BEFORE DELETE OR UPDATE ON public.backtest_ends FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER backtest_ends_kept_whole BEFORE TRUNCATE ON public.backtest_ends FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table backtest_steps (
  backtest text not null,
  policy text not null,
  model text not null,
  as_of timestamp with time zone not null,
  run text not null,
  why text not null,
  outcome text,
  trained boolean not null,
  version integer,
  rows integer not null,
  metrics jsonb,
  predictions_sha256 text,
  at timestamp with time zone not null default now(),
  constraint backtest_steps_run_check CHECK ((run = ANY (ARRAY['nothing'::text, 'cycle'::text, 'train'::text]))),
  constraint backtest_steps_backtest_fkey FOREIGN KEY (backtest) REFERENCES backtests(id),
  constraint backtest_steps_pkey PRIMARY KEY (backtest, policy, model, as_of)
);
CREATE TRIGGER backtest_steps_append_only BEFORE DELETE OR UPDATE ON public.backtest_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER backtest_steps_kept_whole BEFORE TRUNCATE ON public.backtest_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table backtest_trainings (
  key text not null,
  result_sha256 text not null,
  seconds double precision not null,
  at timestamp with time zone not null default now(),
  constraint backtest_trainings_finite CHECK (is_finite(seconds)) NOT VALID,
  constraint backtest_trainings_pkey PRIMARY KEY (key)
);

create table backtest_uses (
  scope text not null,
  model text not null,
  key text not null,
  constraint backtest_uses_key_fkey FOREIGN KEY (key) REFERENCES backtest_trainings(key),
  constraint backtest_uses_pkey PRIMARY KEY (scope, model, key)
);

create table backtests (
  id text not null,
  models text[] not null,
  policies jsonb not null,
  moments timestamp with time zone[] not null,
  scored_from jsonb not null,
  config jsonb not null,
  by text not null,
  why text not null,
  created_at timestamp with time zone not null default now(),
  constraint backtests_pkey PRIMARY KEY (id)
);
CREATE INDEX backtests_created ON public.backtests USING btree (created_at DESC);
CREATE TRIGGER backtests_append_only BEFORE DELETE OR UPDATE ON public.backtests FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER backtests_kept_whole BEFORE TRUNCATE ON public.backtests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table brought_candidates (
  model text not null,
  name text not null,
  recipe jsonb not null,
  file_sha256 text,
  by text not null,
  why text not null,
  at timestamp with time zone not null default now(),
  challenged_by text,
  constraint brought_candidates_pkey PRIMARY KEY (model, name)
);

create table checks (
  id uuid not null,
  model text not null,
  workflow_run text not null,
  as_of timestamp with time zone not null,
  trigger text not null,
  answer text not null,
  reasons jsonb not null,
  cycle_id text,
  checked_at timestamp with time zone not null default now(),
  findings jsonb,
  observations uuid[] not null default '{}'::uuid[],
  code_version text,
  constraint checks_answer_check CHECK ((answer = ANY (ARRAY['retrain'::text, 'recalibrate'::text, 'wait'::text, 'fix data first'::text, 'cannot tell yet'::text]))),
  constraint checks_pkey PRIMARY KEY (id),
  constraint checks_workflow_run_key UNIQUE (workflow_run)
);
CREATE INDEX checks_as_of ON public.checks USING btree (as_of DESC, checked_at DESC);
CREATE INDEX checks_cycle ON public.checks USING btree (cycle_id) WHERE (cycle_id IS NOT NULL);
CREATE INDEX checks_model_at ON public.checks USING btree (model, checked_at DESC);
CREATE INDEX checks_newest ON public.checks USING btree (checked_at DESC);

create table config_versions (
  version integer not null,
  config jsonb not null,
  by text not null,
  why text not null,
  at timestamp with time zone not null default now(),
  constraint config_versions_pkey PRIMARY KEY (version)
);

create table cycles (
  id text not null,
  model text not null,
  number integer not null,
  run_id text not null,
  trigger text not null,
  requested_by text,
  as_of timestamp with time zone not null,
  stage text not null,
  progress jsonb,
  reasons jsonb not null,
  snapshot_id text,
  champion integer,
  challenger integer,
  verdict text,
  evidence jsonb,
  outcome text,
  error text,
  watch jsonb,
  stages jsonb not null default '[]'::jsonb,
  started_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  loss_change double precision generated always as (((((evidence -> 'difference'::text) ->> 'mean'::text))::double precision / NULLIF(((evidence ->> 'championLoss'::text))::double precision, (0)::double precision))) stored,
  words tsvector generated always as ((to_tsvector('simple'::regconfig, ((((((((((((model || ' '::text) || (number)::text) || ' '::text) || trigger) || ' '::text) || COALESCE(('v'::text || (challenger)::text), ''::text)) || ' '::text) || COALESCE(outcome, ''::text)) || ' '::text) || COALESCE(requested_by, ''::text)) || ' '::text) || COALESCE(error, ''::text))) || jsonb_to_tsvector('simple'::regconfig, jsonb_path_query_array(reasons, '$[*]."text"'::jsonpath), '["string"]'::jsonb))) stored,
  constraint cycles_finite CHECK ((((evidence IS NULL) OR (NOT has_words_for_numbers(evidence))) AND ((watch IS NULL) OR (NOT has_words_for_numbers(watch))))) NOT VALID,
  constraint cycles_outcome_check CHECK ((outcome = ANY (ARRAY['deployed'::text, 'rolling out'::text, 'rejected'::text, 'inconclusive'::text, 'failed'::text, 'cancelled'::text, 'rolled back'::text, 'lost'::text]))),
  constraint cycles_stage_check CHECK ((stage = ANY (ARRAY['check'::text, 'snapshot'::text, 'train'::text, 'validate'::text, 'refit'::text, 'smoke test'::text, 'approve'::text, 'deploy'::text, 'report'::text, 'ended'::text]))),
  constraint cycles_verdict_check CHECK ((verdict = ANY (ARRAY['promote'::text, 'reject'::text, 'inconclusive'::text]))),
  constraint cycles_pkey PRIMARY KEY (id),
  constraint cycles_model_number_key UNIQUE (model, number)
);
CREATE INDEX cycles_newest ON public.cycles USING btree (started_at DESC NULLS LAST, id) INCLUDE (model, trigger, outcome, verdict, as_of, ended_at, loss_change);
CREATE INDEX cycles_words ON public.cycles USING gin (words);

create table day_counts (
  day integer not null,
  type text collate "C" not null,
  events bigint not null,
  anonymous bigint not null,
  priced bigint not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  slot smallint not null,
  constraint day_counts_pkey PRIMARY KEY (day, type, slot)
);

create table deliveries (
  id uuid not null,
  alert_id bigint not null,
  event text not null,
  channel text not null,
  body jsonb not null,
  attempts integer not null default 0,
  last_error text,
  tried_at timestamp with time zone,
  claimed_until timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  delivered_at timestamp with time zone,
  given_up_at timestamp with time zone,
  turn integer not null default 0,
  constraint deliveries_channel_check CHECK ((channel ~ '^[a-z][a-z0-9-]{0,40}$'::text)),
  constraint deliveries_event_check CHECK ((event = ANY (ARRAY['opened'::text, 'reminded'::text, 'escalated'::text, 'closed'::text]))),
  constraint deliveries_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerts(id),
  constraint deliveries_pkey PRIMARY KEY (id),
  constraint deliveries_alert_id_event_channel_turn_key UNIQUE (alert_id, event, channel, turn)
);
CREATE INDEX deliveries_due ON public.deliveries USING btree (created_at) WHERE ((delivered_at IS NULL) AND (given_up_at IS NULL));
CREATE TRIGGER deliveries_wake AFTER INSERT ON public.deliveries FOR EACH STATEMENT EXECUTE FUNCTION notify_deliveries();

create table events (
  event_id text collate "C" not null,
  user_key uuid,
  session_code integer,
  type text collate "C" not null,
  product text,
  product_code integer,
  category text,
  category_code integer,
  price double precision,
  quantity double precision,
  amount double precision,
  at timestamp with time zone not null,
  received_at timestamp with time zone not null default now(),
  country text,
  import_id integer,
  fields jsonb,
  constraint events_event_id_check CHECK (((length(event_id) >= 1) AND (length(event_id) <= 200))),
  constraint events_finite CHECK ((((price IS NULL) OR is_finite(price)) AND ((quantity IS NULL) OR is_finite(quantity)) AND ((amount IS NULL) OR is_finite(amount)))) NOT VALID,
  constraint events_pkey PRIMARY KEY (event_id)
);
CREATE INDEX events_at ON public.events USING btree (at);
CREATE INDEX events_own ON public.events USING btree (user_key, at) WHERE (type <> ALL (ARRAY['view'::text, 'cart'::text, 'purchase'::text, 'return'::text]));

create table feature_blocks (
  key text not null,
  cutoff timestamp with time zone not null,
  events_seen bigint not null,
  sha256 text not null,
  rows integer not null,
  built_at timestamp with time zone not null default now(),
  constraint feature_blocks_pkey PRIMARY KEY (key, cutoff)
);

create table feature_shards (
  key text not null,
  cutoff timestamp with time zone not null,
  events_seen bigint not null,
  number integer not null,
  from_key uuid,
  to_key uuid,
  sha256 text not null,
  rows integer not null,
  built_at timestamp with time zone not null default now(),
  constraint feature_shards_pkey PRIMARY KEY (key, cutoff, events_seen, number)
);

create table federated_messages (
  run text not null,
  round integer not null,
  attempt integer not null,
  step text not null,
  participant text not null,
  sha256 text not null,
  sent_at timestamp with time zone not null default now(),
  constraint federated_messages_step_check CHECK ((step = ANY (ARRAY['keys'::text, 'shares'::text, 'masked'::text, 'revealed'::text]))),
  constraint federated_messages_pkey PRIMARY KEY (run, round, attempt, step, participant)
);

create table federated_rounds (
  run text not null,
  round integer not null,
  attempt integer not null,
  roster jsonb,
  sharers jsonb,
  summed jsonb,
  checkpoint text,
  loss double precision,
  epsilon double precision,
  closed_at timestamp with time zone,
  constraint federated_rounds_finite CHECK ((((loss IS NULL) OR is_finite(loss)) AND ((epsilon IS NULL) OR is_finite(epsilon)))) NOT VALID,
  constraint federated_rounds_pkey PRIMARY KEY (run, round, attempt)
);

create table federated_runs (
  id text not null,
  model text not null,
  plan jsonb not null,
  state text not null default 'waiting'::text,
  cycle_id text,
  participants jsonb,
  requested_by text not null,
  why text not null,
  error text,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  constraint federated_runs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'withdrawn'::text]))),
  constraint federated_runs_pkey PRIMARY KEY (id),
  constraint federated_runs_cycle_id_key UNIQUE (cycle_id)
);
CREATE INDEX federated_runs_newest ON public.federated_runs USING btree (created_at);
CREATE UNIQUE INDEX federated_runs_open ON public.federated_runs USING btree (model) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));

create table idempotency_keys (
  key text not null,
  fingerprint text not null,
  status integer,
  response jsonb,
  at timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (key)
);

create table impacts (
  cycle_id text not null,
  stage text not null,
  model text not null,
  version integer not null,
  against integer,
  report jsonb,
  unmeasured text,
  evidence_sha256 text,
  code_version text not null,
  at timestamp with time zone not null default now(),
  constraint impacts_check CHECK ((((report IS NULL) = (unmeasured IS NOT NULL)) AND ((report IS NULL) = (evidence_sha256 IS NULL)))),
  constraint impacts_stage_check CHECK ((stage = ANY (ARRAY['validation'::text, 'outcomes'::text]))),
  constraint impacts_cycle_id_fkey FOREIGN KEY (cycle_id) REFERENCES cycles(id),
  constraint impacts_pkey PRIMARY KEY (cycle_id, stage)
);
CREATE INDEX impacts_model ON public.impacts USING btree (model);

create table imports (
  source_id text not null,
  name text not null,
  lines_done bigint not null,
  accepted bigint not null,
  duplicates bigint not null,
  quarantined bigint not null,
  updated_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  id integer not null generated always as identity,
  conflicts bigint not null default 0,
  summary jsonb,
  undone_at timestamp with time zone,
  constraint imports_pkey PRIMARY KEY (source_id),
  constraint imports_id_key UNIQUE (id)
);

create table label_blocks (
  key text not null,
  cutoff timestamp with time zone not null,
  events_seen bigint not null,
  feature_sha256 text not null,
  sha256 text not null,
  built_at timestamp with time zone not null default now(),
  constraint label_blocks_pkey PRIMARY KEY (key, cutoff)
);

create table migrations (
  name text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (name)
);

create table model_versions (
  model text not null,
  version integer not null,
  cycle_id text not null,
  state text not null,
  artefact_sha256 text not null,
  manifest jsonb not null,
  damaged_at timestamp with time zone,
  artefact_removed_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  importance jsonb,
  signature text,
  constraint model_versions_finite CHECK ((NOT has_words_for_numbers((manifest -> 'metrics'::text)))) NOT VALID,
  constraint model_versions_state_check CHECK ((state = ANY (ARRAY['candidate'::text, 'deployed'::text, 'rejected'::text, 'reference'::text]))),
  constraint model_versions_pkey PRIMARY KEY (model, version),
  constraint model_versions_model_cycle_id_key UNIQUE (model, cycle_id)
);

create table observations (
  id uuid not null,
  kind text not null,
  model text,
  key text not null,
  as_of timestamp with time zone not null,
  answer text not null,
  report jsonb not null,
  evidence_sha256 text not null,
  code_version text not null,
  at timestamp with time zone not null default now(),
  settled_at timestamp with time zone,
  shapes jsonb,
  constraint observations_kind_check CHECK ((kind = ANY (ARRAY['quality'::text, 'drift'::text, 'performance'::text]))),
  constraint observations_pkey PRIMARY KEY (id),
  constraint observations_kind_model_key_key UNIQUE NULLS NOT DISTINCT (kind, model, key)
);
CREATE INDEX observations_at ON public.observations USING btree (at DESC);
CREATE INDEX observations_found ON public.observations USING btree (as_of DESC, at DESC) WHERE ((kind = 'quality'::text) AND (model IS NULL) AND ((report -> 'findings'::text) <> '[]'::jsonb));
CREATE INDEX observations_newest ON public.observations USING btree (kind, model, as_of DESC, at DESC);
CREATE INDEX observations_of_events ON public.observations USING btree (kind, as_of DESC, at DESC) WHERE (model IS NULL);

create table oidc_sign_ins (
  sha256 text not null,
  verifier text not null,
  nonce text not null,
  to_path text not null,
  expires_at timestamp with time zone not null,
  constraint oidc_sign_ins_pkey PRIMARY KEY (sha256)
);

create table outbox (
  id bigint not null generated always as identity,
  key text not null,
  target text not null,
  message jsonb not null,
  created_at timestamp with time zone not null default now(),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamp with time zone,
  given_up_at timestamp with time zone,
  constraint outbox_pkey PRIMARY KEY (id),
  constraint outbox_key_key UNIQUE (key)
);
CREATE INDEX outbox_unsent ON public.outbox USING btree (target, id) WHERE ((sent_at IS NULL) AND (given_up_at IS NULL));

create table people (
  hash uuid not null,
  key uuid not null,
  layer smallint not null default 1,
  made_at timestamp with time zone not null default now(),
  objected_at timestamp with time zone,
  constraint people_pkey PRIMARY KEY (hash),
  constraint people_key_key UNIQUE (key)
);
CREATE INDEX people_layer ON public.people USING btree (layer) WHERE (layer > 1);
CREATE INDEX people_objecting ON public.people USING btree (key) WHERE (objected_at IS NOT NULL);
CREATE TRIGGER person_changed AFTER UPDATE ON public.people FOR EACH ROW WHEN (((old.key IS DISTINCT FROM new.key) OR (old.objected_at IS DISTINCT FROM new.objected_at))) EXECUTE FUNCTION tell_people();
CREATE TRIGGER person_gone AFTER DELETE ON public.people FOR EACH ROW EXECUTE FUNCTION tell_people();

create table predictions (
  id bigint not null generated always as identity,
  model text not null,
  version integer,
  user_key uuid not null,
  as_of timestamp with time zone not null,
  prediction double precision not null,
  fallback boolean not null,
  feature_hash text not null,
  at timestamp with time zone not null default now(),
  source text not null default 'api'::text,
  horizon_days integer,
  segment text,
  outcome double precision,
  met_at timestamp with time zone,
  arm text not null default 'champion'::text,
  shown boolean not null default true,
  probabilities real[],
  constraint predictions_arm_check CHECK ((arm = ANY (ARRAY['champion'::text, 'challenger'::text, 'known good'::text, 'baseline'::text]))),
  constraint predictions_finite CHECK ((is_finite(prediction) AND ((outcome IS NULL) OR is_finite(outcome)))) NOT VALID,
  constraint predictions_source_check CHECK ((source = ANY (ARRAY['api'::text, 'monitor'::text]))),
  constraint predictions_pkey PRIMARY KEY (id)
);
CREATE INDEX predictions_asof ON public.predictions USING btree (as_of);
CREATE INDEX predictions_due ON public.predictions USING btree (as_of) WHERE ((outcome IS NULL) AND (horizon_days IS NOT NULL));
CREATE INDEX predictions_met ON public.predictions USING btree (model, met_at) WHERE (outcome IS NOT NULL);
CREATE UNIQUE INDEX predictions_monitor_once ON public.predictions USING btree (model, version, as_of, user_key) WHERE (source = 'monitor'::text);

create table privacy_requests (
  id uuid not null,
  kind text not null,
  key uuid,
  who text not null,
  why text not null,
  stage text not null default 'requested'::text,
  found jsonb not null default '{}'::jsonb,
  requested_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  receipt jsonb,
  signature text,
  constraint privacy_requests_kind_check CHECK ((kind = ANY (ARRAY['erasure'::text, 'objection'::text]))),
  constraint privacy_requests_pkey PRIMARY KEY (id)
);
CREATE INDEX privacy_requests_newest ON public.privacy_requests USING btree (requested_at DESC);
CREATE INDEX privacy_requests_open ON public.privacy_requests USING btree (key) WHERE (ended_at IS NULL);

create table quality_days (
  day integer not null,
  made_by integer not null,
  events bigint not null,
  profile jsonb not null,
  constraint quality_days_pkey PRIMARY KEY (day)
);

create table quality_findings (
  key text not null,
  kind text not null,
  subject text not null,
  first_seen timestamp with time zone not null,
  last_seen timestamp with time zone not null,
  accepted_at timestamp with time zone,
  accepted_by text,
  accepted_why text,
  constraint quality_findings_pkey PRIMARY KEY (key)
);

create table quarantine (
  id bigint not null generated always as identity,
  event_id text,
  reason text not null,
  field text,
  body jsonb not null,
  source text not null,
  received_at timestamp with time zone not null default now(),
  fingerprint text not null,
  first_reason text,
  tried_at timestamp with time zone,
  replayed_at timestamp with time zone,
  replayed_as text,
  constraint quarantine_pkey PRIMARY KEY (id),
  constraint quarantine_fingerprint_key UNIQUE (fingerprint)
);
CREATE INDEX quarantine_received ON public.quarantine USING btree (received_at) WHERE (replayed_at IS NULL);
CREATE INDEX quarantine_waiting ON public.quarantine USING btree (reason, id) WHERE (replayed_at IS NULL);

create table redactions (
  number bigint not null,
  request uuid not null,
  from_sha256 text not null,
  to_sha256 text not null,
  what text not null,
  at timestamp with time zone not null,
  previous_hash text not null,
  hash text not null,
  constraint redactions_request_fkey FOREIGN KEY (request) REFERENCES privacy_requests(id),
  constraint redactions_pkey PRIMARY KEY (number),
  constraint redactions_from_sha256_key UNIQUE (from_sha256)
);
CREATE INDEX redactions_to ON public.redactions USING btree (to_sha256);
CREATE TRIGGER redactions_append_only BEFORE DELETE OR UPDATE ON public.redactions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER redactions_kept_whole BEFORE TRUNCATE ON public.redactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table repeats (
  day integer not null,
  source text not null,
  slot smallint not null,
  events bigint not null,
  constraint repeats_pkey PRIMARY KEY (day, source, slot)
);

create table retrainers (
  model text not null,
  active boolean not null,
  next_check_at timestamp with time zone,
  running_cycle text,
  updated_at timestamp with time zone not null default now(),
  desired_active boolean,
  desired_at timestamp with time zone,
  retired_at timestamp with time zone,
  retired_by text,
  retired_why text,
  constraint retrainers_pkey PRIMARY KEY (model)
);

create table rollout_looks (
  rollout text not null,
  number integer not null,
  key text not null,
  as_of timestamp with time zone not null,
  step integer not null,
  shares jsonb not null,
  evidence jsonb not null,
  decision jsonb not null,
  code_version text not null,
  at timestamp with time zone not null default now(),
  constraint rollout_looks_rollout_fkey FOREIGN KEY (rollout) REFERENCES rollouts(id),
  constraint rollout_looks_pkey PRIMARY KEY (rollout, number),
  constraint rollout_looks_rollout_key_key UNIQUE (rollout, key)
);

create table rollouts (
  id text not null,
  model text not null,
  cycle_id text not null,
  champion integer not null,
  challengers integer[] not null,
  plan jsonb not null,
  state text not null,
  step integer not null,
  shares jsonb not null,
  as_of timestamp with time zone not null,
  step_as_of timestamp with time zone not null,
  step_at timestamp with time zone not null default now(),
  replayed boolean not null,
  began_by text not null,
  why text not null,
  started_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  ended_why text,
  paused jsonb,
  paused_days double precision not null default 0,
  constraint rollouts_state_check CHECK ((state = ANY (ARRAY['running'::text, 'promoted'::text, 'rolled back'::text, 'held'::text, 'superseded'::text]))),
  constraint rollouts_pkey PRIMARY KEY (id)
);
CREATE INDEX rollouts_model ON public.rollouts USING btree (model, started_at DESC);
CREATE UNIQUE INDEX rollouts_one_runs ON public.rollouts USING btree (model) WHERE (state = 'running'::text);

create table serving (
  model text not null,
  version integer not null,
  revision bigint not null,
  arms jsonb not null default '[]'::jsonb,
  salt text not null default ''::text,
  constraint serving_model_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions(model, version),
  constraint serving_pkey PRIMARY KEY (model)
);
CREATE TRIGGER serving_wake AFTER INSERT OR UPDATE ON public.serving FOR EACH ROW EXECUTE FUNCTION notify_serving();

create table serving_history (
  id bigint not null generated always as identity,
  model text not null,
  version integer not null,
  previous integer,
  kind text not null,
  key text not null,
  by text not null,
  why text not null,
  as_of timestamp with time zone not null,
  at timestamp with time zone not null default now(),
  share double precision not null default 1,
  rollout text,
  constraint serving_history_finite CHECK (is_finite(share)) NOT VALID,
  constraint serving_history_kind_check CHECK ((kind = ANY (ARRAY['deploy'::text, 'roll back'::text, 'promote'::text, 'share'::text]))),
  constraint serving_history_pkey PRIMARY KEY (id),
  constraint serving_history_model_key_key UNIQUE (model, key)
);
CREATE INDEX serving_history_model ON public.serving_history USING btree (model, id DESC);
CREATE TRIGGER serving_history_append_only BEFORE DELETE OR UPDATE ON public.serving_history FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER serving_history_kept_whole BEFORE TRUNCATE ON public.serving_history FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table serving_minutes (
  model text not null,
  version integer not null,
  minute timestamp with time zone not null,
  process text not null,
  answers bigint not null,
  errors bigint not null,
  fallbacks bigint not null,
  latency jsonb not null,
  constraint serving_minutes_pkey PRIMARY KEY (model, version, minute, process)
);
CREATE INDEX serving_minutes_minute ON public.serving_minutes USING btree (minute);

create table sessions (
  sha256 text not null,
  key_name text,
  key_hash text,
  notice text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  person text,
  role text,
  subject text,
  provider_session text,
  constraint sessions_of_key_or_person CHECK (
CASE
    WHEN (person IS NULL) THEN ((key_name IS NOT NULL) AND (key_hash IS NOT NULL))
    ELSE ((key_name IS NULL) AND (role IS NOT NULL) AND (subject IS NOT NULL))
END),
  constraint sessions_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'data-scientist'::text, 'operator'::text, 'privacy-officer'::text, 'admin'::text]))),
  constraint sessions_key_name_fkey FOREIGN KEY (key_name) REFERENCES api_keys(name) ON DELETE CASCADE,
  constraint sessions_pkey PRIMARY KEY (sha256)
);
CREATE INDEX sessions_expire ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_of_subject ON public.sessions USING btree (subject) WHERE (subject IS NOT NULL);

create table settings (
  name text not null,
  value jsonb not null,
  updated_at timestamp with time zone not null default now(),
  constraint settings_pkey PRIMARY KEY (name)
);
CREATE TRIGGER settings_gone AFTER DELETE ON public.settings FOR EACH ROW WHEN ((old.name = ANY (ARRAY['pinned_as_of'::text, 'events_kept_from'::text]))) EXECUTE FUNCTION tell_settings();
CREATE TRIGGER settings_put AFTER INSERT OR UPDATE ON public.settings FOR EACH ROW WHEN ((new.name = ANY (ARRAY['pinned_as_of'::text, 'events_kept_from'::text]))) EXECUTE FUNCTION tell_settings();

create table sign_in_codes (
  sha256 text not null,
  key_name text not null,
  key_hash text not null,
  expires_at timestamp with time zone not null,
  constraint sign_in_codes_pkey PRIMARY KEY (sha256)
);

create table signal_uses (
  signature text not null,
  receipt text not null,
  at timestamp with time zone not null default now(),
  constraint signal_uses_pkey PRIMARY KEY (signature)
);

create table snapshots (
  id text not null,
  model text not null,
  as_of timestamp with time zone not null,
  feature_hash text not null,
  horizon_days integer not null,
  events_seen bigint not null,
  rows integer not null,
  blocks jsonb not null,
  created_at timestamp with time zone not null default now(),
  constraint snapshots_pkey PRIMARY KEY (id)
);

create table stream_alarms (
  model text not null,
  version integer not null,
  detector text not null,
  seen bigint not null,
  as_of timestamp with time zone not null,
  direction text not null,
  at timestamp with time zone not null default now(),
  constraint stream_alarms_direction_check CHECK ((direction = ANY (ARRAY['up'::text, 'down'::text, 'either'::text]))),
  constraint stream_alarms_pkey PRIMARY KEY (model, version, detector, seen)
);

create table streams (
  model text not null,
  version integer not null,
  detector text not null,
  seen bigint not null,
  last_as_of timestamp with time zone,
  last_id bigint not null default 0,
  state jsonb not null,
  constraint streams_pkey PRIMARY KEY (model, version, detector)
);

create table user_days (
  user_key uuid not null,
  day integer not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  last_purchase_at timestamp with time zone,
  sessions integer[] not null,
  order_sessions integer[] not null,
  views integer not null,
  carts integer not null,
  purchases integer not null,
  returns integer not null,
  others integer not null,
  units double precision not null,
  spend double precision not null,
  priced integer not null,
  returned double precision not null,
  products integer[] not null,
  categories integer[] not null,
  viewed integer[] not null,
  newest double precision[],
  constraint user_days_finite CHECK ((is_finite(units) AND is_finite(spend) AND is_finite(returned))) NOT VALID,
  constraint user_days_pkey PRIMARY KEY (user_key, day)
);
CREATE INDEX user_days_day ON public.user_days USING btree (day);

create table version_notes (
  model text not null,
  version integer not null,
  note text not null,
  tags text[] not null,
  by text not null,
  at timestamp with time zone not null default now(),
  constraint version_notes_pkey PRIMARY KEY (model, version)
);

create table workers (
  name text not null,
  started_at timestamp with time zone not null default now(),
  seen_at timestamp with time zone not null default now(),
  queues text[] not null default '{light,features,training}'::text[],
  constraint workers_pkey PRIMARY KEY (name)
);

CREATE OR REPLACE FUNCTION public._int_contained(integer[], integer[])
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_contained$function$;

CREATE OR REPLACE FUNCTION public._int_contained_joinsel(internal, oid, internal, smallint, internal)
 RETURNS double precision
 LANGUAGE c
 STABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_contained_joinsel$function$;

CREATE OR REPLACE FUNCTION public._int_contained_sel(internal, oid, internal, integer)
 RETURNS double precision
 LANGUAGE c
 STABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_contained_sel$function$;

CREATE OR REPLACE FUNCTION public._int_contains(integer[], integer[])
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_contains$function$;

CREATE OR REPLACE FUNCTION public._int_contains_joinsel(internal, oid, internal, smallint, internal)
 RETURNS double precision
 LANGUAGE c
 STABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_contains_joinsel$function$;

CREATE OR REPLACE FUNCTION public._int_contains_sel(internal, oid, internal, integer)
 RETURNS double precision
 LANGUAGE c
 STABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_contains_sel$function$;

CREATE OR REPLACE FUNCTION public._int_different(integer[], integer[])
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_different$function$;

CREATE OR REPLACE FUNCTION public._int_inter(integer[], integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_inter$function$;

CREATE OR REPLACE FUNCTION public._int_matchsel(internal, oid, internal, integer)
 RETURNS double precision
 LANGUAGE c
 STABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_matchsel$function$;

CREATE OR REPLACE FUNCTION public._int_overlap(integer[], integer[])
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_overlap$function$;

CREATE OR REPLACE FUNCTION public._int_overlap_joinsel(internal, oid, internal, smallint, internal)
 RETURNS double precision
 LANGUAGE c
 STABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_overlap_joinsel$function$;

CREATE OR REPLACE FUNCTION public._int_overlap_sel(internal, oid, internal, integer)
 RETURNS double precision
 LANGUAGE c
 STABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_overlap_sel$function$;

CREATE OR REPLACE FUNCTION public._int_same(integer[], integer[])
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_same$function$;

CREATE OR REPLACE FUNCTION public._int_union(integer[], integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_int_union$function$;

CREATE OR REPLACE FUNCTION public._intbig_in(cstring)
 RETURNS intbig_gkey
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_intbig_in$function$;

CREATE OR REPLACE FUNCTION public._intbig_out(intbig_gkey)
 RETURNS cstring
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$_intbig_out$function$;

CREATE OR REPLACE FUNCTION public.audit_field(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when value is null then '-' else octet_length(convert_to(value, 'UTF8')) || ':' || value end $function$;

CREATE OR REPLACE FUNCTION public.audit_hash(entry audit, link bigint, previous_hash text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select encode(sha256(convert_to(
    audit_field(link::text) || audit_field(previous_hash) || audit_field(entry.request_id)
      || audit_field((extract(epoch from entry.at) * 1000000)::bigint::text)
      || audit_field(entry.who) || audit_field(entry.action) || audit_field(entry.target) || audit_field(entry.why)
      || audit_field(entry.before::text) || audit_field(entry.after::text), 'UTF8')), 'hex') $function$;

CREATE OR REPLACE FUNCTION public.boolop(integer[], query_int)
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$boolop$function$;

CREATE OR REPLACE FUNCTION public.bqarr_in(cstring)
 RETURNS query_int
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$bqarr_in$function$;

CREATE OR REPLACE FUNCTION public.bqarr_out(query_int)
 RETURNS cstring
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$bqarr_out$function$;

CREATE OR REPLACE FUNCTION public.chain_audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare head audit_head;
begin
  select * into head from audit_head for update;
  if exists (select from audit where request_id = new.request_id) then return new; end if; -- written already: refused next
  new.link := head.link + 1;
  new.previous_hash := head.hash;
  new.hash := audit_hash(new, new.link, new.previous_hash);
  update audit_head set link = new.link, hash = new.hash;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.event_numbers(at timestamp with time zone, type text, session_code integer, category_code integer, price double precision)
 RETURNS double precision[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN ARRAY[round((date_part('epoch'::text, at) * (1000)::double precision)), (CASE type WHEN 'view'::text THEN 0 WHEN 'cart'::text THEN 1 WHEN 'purchase'::text THEN 2 WHEN 'return'::text THEN 3 ELSE 4 END)::double precision, COALESCE((session_code)::double precision, 'NaN'::double precision), COALESCE((category_code)::double precision, 'NaN'::double precision), COALESCE(price, 'NaN'::double precision)];

CREATE OR REPLACE FUNCTION public.g_int_compress(internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_int_compress$function$;

CREATE OR REPLACE FUNCTION public.g_int_consistent(internal, integer[], smallint, oid, internal)
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_int_consistent$function$;

CREATE OR REPLACE FUNCTION public.g_int_decompress(internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_int_decompress$function$;

CREATE OR REPLACE FUNCTION public.g_int_options(internal)
 RETURNS void
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE
AS '$libdir/_int', $function$g_int_options$function$;

CREATE OR REPLACE FUNCTION public.g_int_penalty(internal, internal, internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_int_penalty$function$;

CREATE OR REPLACE FUNCTION public.g_int_picksplit(internal, internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_int_picksplit$function$;

CREATE OR REPLACE FUNCTION public.g_int_same(integer[], integer[], internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_int_same$function$;

CREATE OR REPLACE FUNCTION public.g_int_union(internal, internal)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_int_union$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_compress(internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_intbig_compress$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_consistent(internal, integer[], smallint, oid, internal)
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_intbig_consistent$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_decompress(internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_intbig_decompress$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_options(internal)
 RETURNS void
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE
AS '$libdir/_int', $function$g_intbig_options$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_penalty(internal, internal, internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_intbig_penalty$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_picksplit(internal, internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_intbig_picksplit$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_same(intbig_gkey, intbig_gkey, internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_intbig_same$function$;

CREATE OR REPLACE FUNCTION public.g_intbig_union(internal, internal)
 RETURNS intbig_gkey
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$g_intbig_union$function$;

CREATE OR REPLACE FUNCTION public.ginint4_consistent(internal, smallint, integer[], integer, internal, internal, internal, internal)
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$ginint4_consistent$function$;

CREATE OR REPLACE FUNCTION public.ginint4_queryextract(integer[], internal, smallint, internal, internal, internal, internal)
 RETURNS internal
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$ginint4_queryextract$function$;

CREATE OR REPLACE FUNCTION public.has_words_for_numbers(value jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN jsonb_path_exists(value, '$.**?((@ == "NaN" || @ == "Infinity") || @ == "-Infinity")'::jsonpath);

CREATE OR REPLACE FUNCTION public.icount(integer[])
 RETURNS integer
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$icount$function$;

CREATE OR REPLACE FUNCTION public.idx(integer[], integer)
 RETURNS integer
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$idx$function$;

CREATE OR REPLACE FUNCTION public.int_union(a integer[], b integer[])
 RETURNS integer[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (a | b);

CREATE OR REPLACE FUNCTION public.intarray_del_elem(integer[], integer)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$intarray_del_elem$function$;

CREATE OR REPLACE FUNCTION public.intarray_push_array(integer[], integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$intarray_push_array$function$;

CREATE OR REPLACE FUNCTION public.intarray_push_elem(integer[], integer)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$intarray_push_elem$function$;

CREATE OR REPLACE FUNCTION public.intset(integer)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$intset$function$;

CREATE OR REPLACE FUNCTION public.intset_subtract(integer[], integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$intset_subtract$function$;

CREATE OR REPLACE FUNCTION public.intset_union_elem(integer[], integer)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$intset_union_elem$function$;

CREATE OR REPLACE FUNCTION public.is_finite(x double precision)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((x > '-Infinity'::double precision) AND (x < 'Infinity'::double precision));

CREATE OR REPLACE FUNCTION public.iso(t timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN to_char((t AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'::text);

CREATE OR REPLACE FUNCTION public.newest_events(events double precision[], most integer)
 RETURNS double precision[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(ARRAY[(newest_events.events)[newest.i][1], (newest_events.events)[newest.i][2], (newest_events.events)[newest.i][3], (newest_events.events)[newest.i][4], (newest_events.events)[newest.i][5]]) AS array_agg FROM (SELECT i.i FROM generate_subscripts(newest_events.events, 1) i(i) ORDER BY (newest_events.events)[i.i][1] DESC, (newest_events.events)[i.i][2] DESC, (newest_events.events)[i.i][3] DESC, (newest_events.events)[i.i][4] DESC, (newest_events.events)[i.i][5] DESC LIMIT newest_events.most) newest);

CREATE OR REPLACE FUNCTION public.newest_of_day(shopper uuid, of_day integer, from_at timestamp with time zone, to_at timestamp with time zone, most integer)
 RETURNS double precision[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    select newest_events(array_agg(event_numbers(at, type, session_code, category_code, price)), most) from events
    where user_key = shopper and at >= greatest(from_at, to_timestamp(of_day::double precision * 86400))
      and at < least(to_at, to_timestamp((of_day + 1)::double precision * 86400))
  $function$;

CREATE OR REPLACE FUNCTION public.notify_deliveries()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin perform pg_notify('perennial_deliveries', ''); return null; end $function$;

CREATE OR REPLACE FUNCTION public.notify_serving()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin perform pg_notify('perennial_serving', new.model); return null; end $function$;

CREATE OR REPLACE FUNCTION public.querytree(query_int)
 RETURNS text
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$querytree$function$;

CREATE OR REPLACE FUNCTION public.rboolop(query_int, integer[])
 RETURNS boolean
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$rboolop$function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin raise exception 'rows of % are append-only', tg_table_name; end $function$;

CREATE OR REPLACE FUNCTION public.sort(integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$sort$function$;

CREATE OR REPLACE FUNCTION public.sort(integer[], text)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$sort$function$;

CREATE OR REPLACE FUNCTION public.sort_asc(integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$sort_asc$function$;

CREATE OR REPLACE FUNCTION public.sort_desc(integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$sort_desc$function$;

CREATE OR REPLACE FUNCTION public.subarray(integer[], integer)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$subarray$function$;

CREATE OR REPLACE FUNCTION public.subarray(integer[], integer, integer)
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$subarray$function$;

CREATE OR REPLACE FUNCTION public.tell_people()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin perform pg_notify('perennial_people', ''); return null; end $function$;

CREATE OR REPLACE FUNCTION public.tell_settings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin perform pg_notify('perennial_settings', ''); return null; end $function$;

CREATE OR REPLACE FUNCTION public.uniq(integer[])
 RETURNS integer[]
 LANGUAGE c
 IMMUTABLE PARALLEL SAFE STRICT
AS '$libdir/_int', $function$uniq$function$;
