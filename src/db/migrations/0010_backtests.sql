-- BACKTESTS. History replayed under policies, beside what serves: none of these tables says what is, only what would have been.
create table backtests (
  id text primary key,
  models text[] not null,
  policies jsonb not null,           -- [{"label","policy",...}], as they were asked for
  moments timestamptz[] not null,    -- at which each policy is asked, oldest first
  scored_from jsonb not null,        -- by model: the first moment that is scored
  config jsonb not null,             -- the configuration that every policy starts from
  by text not null,
  why text not null,
  created_at timestamptz not null default now()
);
create index backtests_created on backtests (created_at desc);

-- What one policy did with one model at one moment, and how what it then served fared.
create table backtest_steps (
  backtest text not null references backtests (id),
  policy text not null,              -- its label
  model text not null,
  as_of timestamptz not null,
  run text not null check (run in ('nothing', 'cycle', 'train')),
  why text not null,
  outcome text,                      -- of the cycle, or the trigger's answer; null: none was run
  trained boolean not null,
  version integer,                   -- that serves then; null: the naive guess
  rows integer not null,             -- 0: not scored
  metrics jsonb,
  predictions_sha256 text,           -- sealed outcomes and predictions, in the artefact store
  at timestamptz not null default now(),
  primary key (backtest, policy, model, as_of)
);

-- A training that several policies ask for is done once: the same rows, recipes and seed give the same bytes.
create table backtest_trainings (
  key text primary key,              -- sha256 of all that it depends on, the code included
  result_sha256 text not null,
  seconds double precision not null,
  at timestamptz not null default now()
);
create table backtest_uses (
  scope text not null,
  model text not null,
  key text not null references backtest_trainings (key),
  primary key (scope, model, key)
);

-- How it ended; policy '': the whole of it.
create table backtest_ends (
  backtest text not null references backtests (id),
  policy text not null,
  state text not null check (state in ('finished', 'failed', 'cancelled')),
  text text not null,
  at timestamptz not null default now(),
  primary key (backtest, policy)
);

create trigger backtests_append_only before update or delete on backtests for each row execute function refuse_change();
create trigger backtests_kept_whole before truncate on backtests execute function refuse_change();
create trigger backtest_steps_append_only before update or delete on backtest_steps for each row execute function refuse_change();
create trigger backtest_steps_kept_whole before truncate on backtest_steps execute function refuse_change();
create trigger backtest_ends_append_only before update or delete on backtest_ends for each row execute function refuse_change();
create trigger backtest_ends_kept_whole before truncate on backtest_ends execute function refuse_change();
