/** What each thing that federated rounds do differently costs: paired differences of the log loss, with intervals. */
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { twoSidedT } from "../../src/stats/critical.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import { pairedInterval, standardError } from "../../src/stats/paired.ts";
import type { Table } from "../shared/report.ts";
import type { FederatedSet } from "./sets.ts";
import { probabilities, type Trained } from "./train.ts";

/** Two trainings differ by less than this: about one per cent of the log loss. */
export const MARGIN = 0.005;
const POWER = 0.8;

/** The models of a regime, one a seed; a regime may have a model for each participant. */
export type Models = readonly ((participant: string) => Trained)[];

/** A regime beside the one it is compared with. */
export interface Effect {
  readonly what: string;
  readonly against: string;
  /** mean difference of the log loss; above 0: worse than what it is compared with */
  readonly mean: number;
  /** half of the 95 % interval over seeds: the order of rows, who is sampled, and the noise */
  readonly overSeeds: number;
  /** ends of the 95 % interval over tested shoppers, of losses averaged over the seeds */
  readonly low: number;
  readonly high: number;
  /** the smallest difference that the tested shoppers would show in four of five such tests */
  readonly seen: number;
  readonly verdict: "equal" | "worse" | "better" | "not shown";
}

/** The log loss of each tested row, by seed; rows stand participant by participant. */
export const lossesOf = (set: FederatedSet, models: Models): Float64Array[] =>
  models.map((modelOf) =>
    Float64Array.from([...set.parts].flatMap(([name, { test }]) => [
      ...rowLosses("logLoss", test.target, probabilities(modelOf(name), test)),
    ]))
  );

/** The shopper of each tested row. */
export const testedShoppers = ({ parts }: FederatedSet): Int32Array =>
  Int32Array.from([...parts.values()].flatMap(({ test }) => [...test.user]));

/** Compares the losses of two regimes, seed by seed and row by row. */
export function effectOf(
  names: Pick<Effect, "what" | "against">,
  { losses, base, shoppers }: {
    losses: readonly Float64Array[];
    base: readonly Float64Array[];
    shoppers: Int32Array;
  },
): Effect {
  const differences = losses.map((rows, seed) => rows.map((loss, row) => loss - base[seed][row]));
  const bySeed = differences.map((rows) => rows.reduce((a, b) => a + b, 0) / rows.length);
  const seeds = pairedInterval(bySeed, bySeed.map((_, seed) => seed));
  const byRow = differences[0].map((_, row) =>
    differences.reduce((sum, rows) => sum + rows[row], 0) / differences.length
  );
  const interval = pairedInterval(byRow, shoppers);
  const { mean, low, high, clusters } = interval;
  const seen = standardError(interval) * (twoSidedT(0.95, clusters - 1) + normalQuantile(POWER, 0, 1));
  const overSeeds = seeds.high - seeds.mean;
  const reach = Number.isFinite(overSeeds) ? overSeeds : 0; // of one seed nothing is known
  const verdict = verdictOf(Math.min(low, mean - reach), Math.max(high, mean + reach));
  return { ...names, mean, overSeeds, low, high, seen, verdict };
}

function verdictOf(low: number, high: number): Effect["verdict"] {
  if (low > -MARGIN && high < MARGIN) return "equal";
  if (low > 0) return "worse";
  return high < 0 ? "better" : "not shown";
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

/** The effects as a table. */
export const effectsTable = (title: string, effects: readonly Effect[]): Table => ({
  title,
  head: ["", "against", "log loss", "95 % over seeds", "95 % over shoppers", "would be seen", "verdict"],
  rows: effects.map(({ what, against, mean, overSeeds, low, high, seen, verdict }) => [
    what,
    against,
    signed(mean),
    Number.isFinite(overSeeds) ? `± ${overSeeds.toFixed(4)}` : "-",
    `${signed(low)} to ${signed(high)}`,
    seen.toFixed(4),
    verdict,
  ]),
});
