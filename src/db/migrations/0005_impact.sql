-- BUSINESS IMPACT. What a cycle changed when its version came to serve everyone: measured once before it served, and once
-- on the first outcomes after. Money is not stored: it follows from the evidence and the economics in force when asked.
create table impacts (
  cycle_id text not null references cycles (id),
  stage text not null check (stage in ('validation', 'outcomes')),
  model text not null,
  version integer not null,
  against integer,                   -- version it replaced; null: the naive baseline
  report jsonb,                      -- null: could not be measured
  unmeasured text,                   -- why not
  evidence_sha256 text,              -- sealed outcomes and predictions of both models, in the artefact store
  code_version text not null,
  at timestamptz not null default now(),
  primary key (cycle_id, stage),
  check ((report is null) = (unmeasured is not null) and (report is null) = (evidence_sha256 is null))
);
create index impacts_model on impacts (model);
