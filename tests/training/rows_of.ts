import { DAY_MS } from "../../src/core/time.ts";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import type { Recipe } from "../../src/models/recipe.ts";
import { mean } from "../../src/stats/mean.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import type { OwnMetricName } from "../../src/stats/own_metrics.ts";
import type { CompeteRequest, TrainingTask } from "../../src/training/protocol.ts";
import type { TrainingRows } from "../../src/training/rows.ts";

export const WIDTH = 6;
const NAMES = ["bought", "spent", "noise", "missing", "constant", "calendar"];
const network = { weightDecay: 0.02, learningRate: 1e-3, batchSize: 64, epochsMax: 8, patience: 3 };

/** Small candidates of every family, so that a test takes moments. */
export function candidatesFor(kind: TrainingTask["kind"]): Recipe[] {
  const target = kind === "classification" ? "identity" : "two-part+tail";
  return [
    { family: "linear", name: "linear", inputs: "log+raw", target },
    { family: "linear", name: "additive", inputs: "log+hinges", target: "identity" },
    { family: "network", name: "deep", inputs: "log+raw", target, network: { ...network, hidden: [8, 4] } },
    { family: "warm-start", name: "warm-start", network },
    { family: "blend", name: "blend", of: ["linear", "deep"] },
  ];
}

export function taskFor(kind: TrainingTask["kind"], candidates = candidatesFor(kind)): TrainingTask {
  return { name: "test", kind, features: NAMES, candidates, horizonDays: 28, featureHash: "hash" };
}

/** Shoppers at cut-offs 14 days apart; the target follows the first two features, with noise. */
export function makeRows(
  kind: TrainingTask["kind"],
  { shoppers = 80, cutoffs = 6, seed = 1 }: { shoppers?: number; cutoffs?: number; seed?: number } = {},
): TrainingRows {
  const n = shoppers * cutoffs;
  const random = seededRandom(seed);
  const normal = gaussian(random);
  const rows: TrainingRows = {
    features: new Float32Array(n * WIDTH),
    width: WIDTH,
    target: new Float64Array(n),
    cutoffMs: new Float64Array(n),
    user: new Int32Array(n),
  };
  for (let i = 0; i < n; i++) {
    const cutoff = Math.floor(i / shoppers);
    const bought = Math.floor(10 * random());
    const spent = Math.exp(2 + normal());
    rows.features.set([bought, spent, normal(), random() < 0.3 ? NaN : random(), 4, cutoff], i * WIDTH);
    const buys = bought + 2 * normal() > 4;
    rows.target[i] = kind === "classification"
      ? (buys ? 0 : 1)
      : (buys ? spent * Math.exp(0.3 * normal()) : 0);
    rows.cutoffMs[i] = cutoff * 14 * DAY_MS;
    rows.user[i] = i % shoppers;
  }
  return rows;
}

export function requestFor(kind: TrainingTask["kind"], rows = makeRows(kind)): CompeteRequest {
  return { task: taskFor(kind), rows, seed: 5 };
}

/** A reporter for runs inside the test's own thread; keeps what it is told. */
export function quietReporter() {
  const checkpoints: Uint8Array[] = [];
  const fractions: number[] = [];
  return {
    checkpoints,
    fractions,
    progress: ({ fraction }: { fraction: number }) => void fractions.push(fraction),
    checkpoint: (bytes: Uint8Array) => void checkpoints.push(bytes),
    tick: () => Promise.resolve(),
    judge: (loss: OwnMetricName, outcome: Float64Array, prediction: Float32Array) =>
      Promise.resolve(mean(rowLosses(loss, outcome, prediction))),
  };
}
