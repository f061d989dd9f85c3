import { outcomeOf } from "../../src/models/outcome.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { featureRow, FEATURES } from "../../src/features/definition.ts";
import { type Activity, isActive } from "../../src/features/population.ts";
import { type UserDay } from "../../src/features/user_day.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { packFeatures, type TrainingRows } from "../../src/training/rows.ts";
import type { Shopper } from "./events.ts";

/** The cut-offs of an experiment, and who is asked about. */
export interface Protocol {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly stepDays: number;
  readonly activeDays: number;
  readonly horizonDays: number;
  /** complete cut-offs before the first test */
  readonly minTrain: number;
  readonly activity: Activity;
}

/** One cut-off: the population's features, and each model's outcome. */
export interface Cutoff {
  readonly cutoffMs: number;
  readonly features: Float32Array;
  readonly users: Int32Array;
  readonly targets: ReadonlyMap<string, Float64Array>;
  readonly featureMs: number;
}

/** Every cut-off whose outcomes are complete at `dataEndMs`. */
export function buildCutoffs(
  shoppers: readonly Shopper[],
  models: readonly ModelDefinition[],
  p: Protocol,
  dataEndMs: number,
): Cutoff[] {
  const cutoffs: Cutoff[] = [];
  for (let ms = p.firstMs; ms <= p.lastMs; ms += p.stepDays * DAY_MS) {
    if (ms + p.horizonDays * DAY_MS <= dataEndMs + DAY_MS) cutoffs.push(buildCutoff(shoppers, models, p, ms));
  }
  return cutoffs;
}

function buildCutoff(
  shoppers: readonly Shopper[],
  models: readonly ModelDefinition[],
  p: Protocol,
  cutoffMs: number,
): Cutoff {
  const endMs = cutoffMs + p.horizonDays * DAY_MS;
  const rows: number[][] = [];
  const users: number[] = [];
  const futures: UserDay[][] = [];
  let featureMs = 0;
  shoppers.forEach(({ days }, user) => {
    const started = performance.now();
    const past = days.filter((d) => d.lastMs < cutoffMs); // cut-offs are midnights: no day straddles one
    if (isActive(past, cutoffMs, p)) {
      rows.push(featureRow(past, cutoffMs, { horizonDays: p.horizonDays }));
      users.push(user);
      futures.push(days.filter((d) => d.firstMs >= cutoffMs && d.firstMs < endMs));
    }
    featureMs += performance.now() - started;
  });
  const targets = new Map(models.map((m) => [m.name, Float64Array.from(futures, outcomeOf(m))]));
  return { cutoffMs, features: packFeatures(rows), users: Int32Array.from(users), targets, featureMs };
}

/** The rows of some cut-offs, for one model, oldest first. */
export function stack(cutoffs: readonly Cutoff[], model: string): TrainingRows {
  const n = cutoffs.reduce((sum, c) => sum + c.users.length, 0);
  const width = FEATURES.length;
  const rows: TrainingRows = {
    features: new Float32Array(n * width),
    width,
    target: new Float64Array(n),
    cutoffMs: new Float64Array(n),
    user: new Int32Array(n),
  };
  let at = 0;
  for (const c of cutoffs) {
    rows.features.set(c.features, at * width);
    rows.target.set(c.targets.get(model)!, at);
    rows.user.set(c.users, at);
    rows.cutoffMs.fill(c.cutoffMs, at, at + c.users.length);
    at += c.users.length;
  }
  return rows;
}
