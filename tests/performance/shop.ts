import { DAY_MS } from "../../src/core/time.ts";
import { gaussian, mix32, seededRandom } from "../../src/core/random.ts";
import type { PerformanceEvidence } from "../../src/performance/performance_evidence.ts";
import type { OutcomeRows } from "../../src/performance/rows.ts";
import { segmentOf } from "../../src/performance/segments.ts";

export const AS_OF_MS = Date.UTC(2024, 5, 1);

/** What became of a shop since its model was deployed. */
export interface Change {
  /** how sure predictions are: 1 as at deployment, 0 all alike */
  readonly spread?: number;
  /** added to the log odds of the outcome, or the factor by which everybody spends more */
  readonly level?: number;
  /** share of the shoppers whose outcome has nothing to do with what they did before */
  readonly lost?: number;
}

/** `n` rows of `n / 2` shoppers, predicted by a model that is right as long as nothing changed. */
export function shopRows(
  kind: PerformanceEvidence["kind"],
  n: number,
  seed: number,
  { spread = 1, level, lost = 0 }: Change = {},
): { prediction: number[]; outcome: number[]; shopper: number[] } {
  const random = seededRandom(mix32(seed));
  const normal = gaussian(random);
  const prediction: number[] = [];
  const outcome: number[] = [];
  const shopper: number[] = [];
  for (let i = 0; i < n / 2; i++) {
    const taste = 0.7 * normal();
    const other = random() < lost ? 1.2 * normal() : null;
    for (let copy = 0; copy < 2; copy++) {
      const x = spread * (taste + normal());
      const truth = other ?? x;
      if (kind === "classification") {
        prediction.push(1 / (1 + Math.exp(-x - 0.5)));
        outcome.push(random() < 1 / (1 + Math.exp(-truth - 0.5 - (level ?? 0))) ? 1 : 0);
      } else {
        prediction.push(10 * Math.exp(0.5 * x));
        const buys = random() < 0.6;
        outcome.push(buys ? (level ?? 1) * 10 * Math.exp(0.5 * truth + 0.6 * normal()) * 1.4 : 0);
      }
      shopper.push(seed * 10_000 + i);
    }
  }
  return { prediction, outcome, shopper };
}

/** Evidence of a look at a version, with outcomes of the last four weeks. */
export function evidenceOf(
  kind: PerformanceEvidence["kind"],
  { now, then, over = {} }: { now: OutcomeRows; then: OutcomeRows; over?: Partial<PerformanceEvidence> },
): PerformanceEvidence {
  const isChurn = kind === "classification";
  const columns = plain(now);
  const total = columns.outcome.length;
  return {
    model: isChurn ? "churn" : "spending",
    version: 3,
    asOf: new Date(AS_OF_MS).toISOString(),
    kind,
    loss: isChurn ? "logLoss" : "cappedMse",
    metrics: isChurn ? ["accuracy", "auc", "logLoss", "brier"] : ["mse", "cappedMse", "mae", "r2", "bias"],
    margin: isChurn ? 0.02 : 0.1,
    cap: isChurn ? null : 80,
    baseline: isChurn ? 0.6 : 10,
    horizonDays: 28,
    alpha: 0.05,
    confidence: 0.9,
    atDeployment: isChurn ? { logLoss: 0.5 } : { cappedMse: 250 },
    validated: plain(then),
    met: {
      ...columns,
      asOfMs: columns.outcome.map((_, i) => AS_OF_MS - (28 + Math.floor(14 * i / total)) * DAY_MS),
      segment: columns.outcome.map((_, i) => segmentOf((f) => f === "tenure" ? 200 : i % 8)),
      total,
    },
    waiting: { prediction: [], shopper: [], total: 0, outcomesNext: null },
    past: [],
    scored: [],
    streams: [],
    ...over,
  };
}

const plain = ({ prediction, outcome, shopper }: OutcomeRows) => ({
  prediction: Array.from(prediction),
  outcome: Array.from(outcome),
  shopper: Array.from(shopper),
});
