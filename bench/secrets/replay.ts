import { createHash } from "node:crypto";
import { appearances } from "../../src/core/appearance.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { activityCode, compareRows } from "../../src/features/order.ts";
import { shopperNumber } from "../../src/features/blocks.ts";
import { FEATURE_HASH, FEATURES } from "../../src/features/definition.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { classificationScores, regressionScores } from "../../src/stats/metrics.ts";
import { quantile } from "../../src/stats/quantile.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import type { TrainingRows } from "../../src/training/rows.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { type Cutoff, type Protocol, stack } from "../lab/cutoffs.ts";
import type { Shopper } from "../lab/events.ts";

/** The order that rows are dealt in: by pseudonym, as they were until 0.4.0, or by what shoppers did. */
export type Order = "pseudonym" | "activity";

/** The shop's cut-offs with its shoppers. */
export interface Shop {
  readonly shoppers: readonly Shopper[];
  readonly cutoffs: readonly Cutoff[];
  readonly protocol: Protocol;
}

/** Metrics of one model under one policy, each the mean over the scored cut-offs. */
export type Means = Readonly<Record<string, number>>;

/** Returns the cut-offs as an installation with this secret has them: its pseudonyms, its order of rows. */
export function dealt({ shoppers, cutoffs }: Shop, secret: string, order: Order): Cutoff[] {
  const pseudonym = createPseudonymizer(secret);
  const keys = shoppers.map(({ id }) => pseudonym(id));
  return cutoffs.map((cutoff) => {
    const places = order === "pseudonym" ? byPseudonym(cutoff, keys) : byActivity(cutoff, { keys, shoppers });
    return taken(cutoff, places, keys);
  });
}

const byPseudonym = ({ users }: Cutoff, keys: readonly string[]): number[] =>
  [...users.keys()].sort((a, b) => keys[users[a]] < keys[users[b]] ? -1 : 1);

function byActivity(
  { users, features, cutoffMs }: Cutoff,
  { keys, shoppers }: { keys: readonly string[]; shoppers: readonly Shopper[] },
): number[] {
  const width = FEATURES.length;
  const rows = Array.from(users, (user, place) => ({
    place,
    userKey: keys[user],
    code: activityCode(shoppers[user].days.filter(({ lastMs }) => lastMs < cutoffMs)),
    features: Array.from(features.subarray(place * width, (place + 1) * width)),
  }));
  return rows.sort(compareRows).map(({ place }) => place);
}

function taken(cutoff: Cutoff, places: readonly number[], keys: readonly string[]): Cutoff {
  const width = FEATURES.length;
  const features = new Float32Array(cutoff.features.length);
  places.forEach((from, to) =>
    features.set(cutoff.features.subarray(from * width, (from + 1) * width), to * width)
  );
  const targets = [...cutoff.targets].map(([model, target]) =>
    [model, Float64Array.from(places, (place) => target[place])] as const
  );
  const users = Int32Array.from(places, (place) => shopperNumber(keys[cutoff.users[place]]));
  return { ...cutoff, features, users, targets: new Map(targets) };
}

/** Trains what was not trained yet; the same rows and seed give the same bytes. */
export class Trainings {
  readonly #artefacts = new Map<string, Promise<Uint8Array>>();

  constructor(private readonly trainer: Trainer) {}

  /** How many trainings were different. */
  get count(): number {
    return this.#artefacts.size;
  }

  fit(
    model: ModelDefinition,
    rows: TrainingRows,
    { horizonDays, seed }: { horizonDays: number; seed: number },
  ) {
    const key = `${model.name} ${seed} ${digest(rows)}`;
    const known = this.#artefacts.get(key);
    if (known) return known;
    const { name, kind, candidates } = model;
    const task = { name, kind, features: FEATURES, candidates, horizonDays, featureHash: FEATURE_HASH };
    const artefact = this.trainer.compete({ task, rows, seed }).then(({ artifact }) => artifact);
    this.#artefacts.set(key, artefact);
    return artefact;
  }
}

/** All that a training can see of its rows: what shoppers are called is not among it. */
function digest({ features, target, cutoffMs, user }: TrainingRows): string {
  const hash = createHash("sha256");
  for (const part of [features, target, cutoffMs, appearances(user)]) {
    hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest("hex");
}

/**
 * Keeps the first model, and one that is trained anew every second cut-off, as the demo's backtest does under `never`
 * and `calendar=28d`.
 */
export async function replay(
  trainings: Trainings,
  model: ModelDefinition,
  cutoffs: readonly Cutoff[],
  { protocol: { horizonDays, minTrain }, seed }: { protocol: Protocol; seed: number },
): Promise<{ never: Means; calendar: Means }> {
  const scored: { never: Means; calendar: Means }[] = [];
  let first: Uint8Array | undefined;
  let newest: Uint8Array | undefined;
  for (const cutoff of cutoffs) {
    const past = cutoffs.filter(({ cutoffMs }) => cutoffMs + horizonDays * DAY_MS <= cutoff.cutoffMs);
    if (past.length < minTrain) continue;
    const rows = stack(past, model.name);
    const isDue = scored.length % 2 === 0;
    if (isDue || !newest) newest = await trainings.fit(model, rows, { horizonDays, seed });
    first ??= newest;
    const cap = quantile(rows.target, 0.99);
    scored.push({
      never: scoresOf(model, cutoff, first, cap),
      calendar: scoresOf(model, cutoff, newest, cap),
    });
  }
  return {
    never: meansOf(scored.map(({ never }) => never)),
    calendar: meansOf(scored.map((s) => s.calendar)),
  };
}

function scoresOf(model: ModelDefinition, cutoff: Cutoff, artefact: Uint8Array, cap: number): Means {
  const target = cutoff.targets.get(model.name)!;
  const predictions = loadScorer(artefact).predictPacked(cutoff.features, target.length);
  const scores = model.kind === "classification"
    ? classificationScores(target, predictions)
    : regressionScores(target, predictions, { cap });
  const defined = Object.entries(scores).filter(([, value]) => value !== null);
  return Object.fromEntries(defined);
}

const meansOf = (scores: readonly Means[]): Means =>
  Object.fromEntries(
    Object.keys(scores[0]).map((metric) => [
      metric,
      scores.reduce((sum, one) => sum + one[metric], 0) / scores.length,
    ]),
  );
