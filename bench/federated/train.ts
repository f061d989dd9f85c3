import type { LocalRows, Shape } from "../../src/federated/gradient.ts";
import { type Agreed, agreeOn, sumMoments } from "../../src/federated/moments.ts";
import { initialWeights } from "../../src/federated/network.ts";
import { contributeChange, contributeMoments } from "../../src/federated/participant.ts";
import type { FederatedPlan } from "../../src/federated/plan.ts";
import { moved } from "../../src/federated/round.ts";
import { derive } from "../../src/federated/secrets.ts";
import { classificationScores } from "../../src/stats/metrics.ts";
import { forward } from "../../src/training/network.ts";
import { preprocess } from "../../src/training/preprocess.ts";
import type { TrainingRows } from "../../src/training/rows.ts";
import type { FederatedSet } from "./sets.ts";

/** A model as rounds leave it. */
export interface Trained {
  readonly agreed: Agreed;
  readonly shape: Shape;
  readonly weights: Float64Array;
}

/** Half of the participants must stay, as in a round of the service. */
const thresholdOf = (participants: number) => Math.floor(participants / 2) + 1;

/** How the columns' moments are summed, whatever the rounds do: as they are, each shopper's clipped, or noised too. */
export type Moments = "exact" | "clipped" | "noised";

/**
 * All rounds of a plan over participants; the sums are in the clear, as secure ones come to the same.
 * @param how.moments left out: noised where the plan has noise, else exact
 */
export async function federate(
  parts: ReadonlyMap<string, TrainingRows>,
  { columns, plan, seed, moments: how = plan.privacy === null ? "exact" : "noised" }: {
    columns: readonly number[];
    plan: FederatedPlan;
    seed: number;
    moments?: Moments;
  },
): Promise<Trained> {
  const threshold = thresholdOf(parts.size);
  const members = await Promise.all([...parts.keys()].map(async (name) => ({
    name,
    root: await derive(Uint8Array.of(seed), name),
  })));
  const round = async (
    n: number,
    ask: (member: { name: string; root: Uint8Array<ArrayBuffer>; round: string }) => Promise<Float64Array>,
  ) => {
    const sums = await Promise.all(members.map((member) => ask({ ...member, round: `bench/${seed}/${n}` })));
    return sums.reduce((a, b) => a.map((v, i) => v + b[i]));
  };
  const moments = await round(0, async (member) => {
    const own = parts.get(member.name)!;
    if (how !== "noised") return sumMoments(own, columns, { bounded: how === "clipped" });
    return await contributeMoments(member, own, { features: columns, plan, threshold });
  });
  const agreed = agreeOn(moments, columns);
  const shape = { inputs: agreed.preprocessing.columns.length, hidden: plan.hidden };
  const rows = new Map([...parts].map(([name, own]) => [name, localRows(agreed, own)]));
  let weights = initialWeights(shape, seed);
  for (let n = 1; n <= plan.rounds; n++) {
    const sum = await round(
      n,
      (member) =>
        contributeChange(member, { shape, weights, rows: rows.get(member.name)!, plan }, { threshold }),
    );
    weights = moved(weights, sum, { plan, shoppers: agreed.shoppers }).weights;
  }
  return { agreed, shape, weights };
}

/** Rows as the learner takes them. */
export const localRows = ({ preprocessing }: Agreed, rows: TrainingRows): LocalRows => ({
  x: preprocess(preprocessing, rows.features, rows.width),
  y: rows.target,
  shopper: rows.user,
});

/** The probabilities that a model gives rows. */
export function probabilities({ agreed, shape, weights }: Trained, rows: TrainingRows): Float64Array {
  const { x } = localRows(agreed, rows);
  const out = forward({ ...shape, weights: Float32Array.from(weights) }, x, rows.target.length);
  return Float64Array.from(out, (v) => 1 / (1 + Math.exp(-v)));
}

/** How predictions of the tested rows do: of all, and of those of every participant but the largest. */
export interface Quality {
  logLoss: number;
  auc: number;
  logLossSmall: number;
  aucSmall: number;
}

/** Judges a model per participant. */
export function judge(set: FederatedSet, modelOf: (name: string) => Trained): Quality {
  const largest = [...set.parts].sort(([, a], [, b]) => b.train.target.length - a.train.target.length)[0][0];
  const predicted = [...set.parts].map(([name, { test }]) => ({
    small: name !== largest,
    target: test.target,
    p: probabilities(modelOf(name), test),
  }));
  const scores = (of: typeof predicted) =>
    classificationScores(
      Float64Array.from(of.flatMap(({ target }) => [...target])),
      Float64Array.from(of.flatMap(({ p }) => [...p])),
    );
  const [all, small] = [scores(predicted), scores(predicted.filter(({ small }) => small))];
  return { logLoss: all.logLoss, auc: all.auc!, logLossSmall: small.logLoss, aucSmall: small.auc! };
}
