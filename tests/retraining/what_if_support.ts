/** Stored checks and cycles to try configurations on. */
import type { StoredCheck } from "../../src/retraining/check.ts";
import type { Findings } from "../../src/retraining/findings.ts";
import { decide } from "../../src/retraining/trigger.ts";
import type { Cycle } from "../../src/retraining/cycle.ts";
import { verdictOf } from "../../src/validation/gate.ts";
import type { Evidence } from "../../src/validation/verdict.ts";

export const AS_OF = "2024-06-01T00:00:00.000Z";

/** A check of a shop with enough of everything, a routine training due. */
export const findings = (over: Partial<Findings> = {}): Findings => ({
  trigger: "interval",
  asOf: AS_OF,
  newSamples: 500,
  newSamplesMin: 100,
  cutoffs: 8,
  cutoffsMin: 3,
  unseenRows: 400,
  unseenRowsMin: 100,
  newCutoffs: 1,
  routineCutoffs: 1,
  rollout: null,
  newestLabelled: "2024-05-01T00:00:00.000Z",
  nextLabelled: "2024-06-12T00:00:00.000Z",
  champion: {
    version: 3,
    ageDays: 40,
    staleAfterDays: 84,
    rows: 1000,
    rowsNow: 1100,
    staleGrowth: 1.5,
    validatedLoss: 0.5,
    margin: 0.01,
    lossNow: { mean: 0.5, low: 0.45, high: 0.55, n: 300, clusters: 300, confidence: 0.9 },
  },
  quality: null,
  drift: null,
  outcomes: null,
  worth: null,
  learnable: null,
  ...over,
});

export const OUTCOMES: NonNullable<Findings["outcomes"]> = { answer: "holds", text: "It holds", rows: 400 };

/** The check that these findings gave. */
export const aCheck = (found: Findings, over: Partial<StoredCheck> = {}): StoredCheck => ({
  id: crypto.randomUUID(),
  model: "churn",
  asOf: found.asOf,
  trigger: found.trigger,
  cycleId: null,
  observations: [],
  codeVersion: "c1",
  checkedAt: found.asOf,
  ...decide(found),
  findings: found,
  ...over,
});

/** Of a challenger that is better by 0.02. */
export const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  gate: "evidence",
  loss: "logLoss",
  against: "champion",
  championLoss: 0.5,
  challengerLoss: 0.48,
  difference: { mean: -0.02, low: -0.03, high: -0.01, n: 1204, clusters: 1100, confidence: 0.9 },
  margin: 0.01,
  threshold: 0.05,
  expected: null,
  stale: false,
  staleBecause: null,
  failing: false,
  cutoffs: [AS_OF],
  segments: [],
  segmentMargin: 0.1,
  championMetrics: { logLoss: 0.5 },
  challengerMetrics: { logLoss: 0.48 },
  ...over,
});

/** The cycle that a check began and this evidence decided. */
export const aCycle = (check: StoredCheck, number: number, seen: Evidence = evidence()): Cycle => ({
  id: `retrainer/${check.model}/cycle/${number}`,
  model: check.model,
  number,
  runId: `run ${number}`,
  trigger: check.trigger,
  requestedBy: null,
  asOf: check.asOf,
  stage: "ended",
  progress: null,
  reasons: check.reasons,
  snapshotId: null,
  champion: 3,
  challenger: number + 3,
  verdict: verdictOf(seen).verdict,
  evidence: seen,
  outcome: "deployed",
  error: null,
  watch: null,
  stages: [],
  startedAt: check.asOf,
  endedAt: check.asOf,
});
