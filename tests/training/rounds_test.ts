/** Rounds over shards beside one worker on the same rows. */
import assert from "node:assert/strict";
import { decodeArtifact, type Predictor, predictWith } from "../../src/training/artifact.ts";
import { startBackend } from "../../src/training/backend.ts";
import { thresholdIn } from "../../src/training/candidate.ts";
import { compete } from "../../src/training/compete.ts";
import { partRows } from "../../src/training/fit_part.ts";
import { type LinearProblem, linearSums, solveLogistic, solveRidge } from "../../src/training/linear.ts";
import {
  closeRound,
  closeRounds,
  decodeRounds,
  encodeRounds,
  isDone,
  openRounds,
  type RoundState,
  sumShard,
} from "../../src/training/rounds.ts";
import { takeRows, type TrainingRows } from "../../src/training/rows.ts";
import {
  candidatesOnShards,
  decodeShard,
  encodeShard,
  shardingOf,
  shardOf,
  type ShardRows,
} from "../../src/training/shards.ts";
import { type PartPlan, planParts, type RoleLoss, ROLES } from "../../src/training/targets.ts";
import { mean } from "../../src/stats/mean.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import { candidatesFor, makeRows, quietReporter, taskFor } from "./rows_of.ts";

Deno.test.beforeAll(() => startBackend());

/** Half of the rows choose; then all of them are divided. */
async function begin(kind: "classification" | "regression", rows: TrainingRows, names: readonly string[]) {
  const candidates = candidatesFor(kind).filter(({ name }) => names.includes(name));
  const half = takeRows(rows, [...rows.user.keys()].filter((i) => rows.user[i] % 2 === 0));
  const task = taskFor(kind, candidates);
  const { artifact, winner } = await compete({ task, rows: half, seed: 5 }, quietReporter());
  return { predictor: decodeArtifact(artifact), winner };
}

const shardsOf = (rows: TrainingRows, shards: number): ShardRows[] =>
  Array.from({ length: shards }, (_, shard) => {
    const places = [...rows.target.keys()].filter((place) => shardOf(place, shards) === shard);
    return decodeShard(encodeShard(takeRows(rows, places)));
  });

async function rounds(predictor: Predictor, shards: readonly ShardRows[], from = openRounds(predictor)) {
  const states: RoundState[] = [from];
  for (let state = from; !isDone(state); states.push(state)) {
    const sums = await Promise.all(shards.map((shard) => sumShard(predictor, state, shard)));
    state = decodeRounds(encodeRounds(closeRound(predictor, state, sums)));
    assert.ok(state.round < 60, "rounds end");
  }
  return states;
}

/** A part's problem on some rows, as one worker solves it. */
function problemOf(predictor: Predictor, rows: TrainingRows, place: number, plan: PartPlan) {
  const part = predictor.parts[place];
  const preprocessing = predictor.preprocessings[part.preprocessing];
  const { x, y } = partRows(rows, preprocessing, plan, thresholdIn(predictor.formula) ?? 1);
  const unit = part.link === "identity" ? part.scale : 1;
  return { x, k: preprocessing.columns.length, y: y.map((v) => v / unit) };
}

/** The penalised loss that a part minimises, a row. */
function lossAt(
  family: RoleLoss,
  problem: LinearProblem,
  weights: ArrayLike<number>,
  penalty: number,
): number {
  const w = Float64Array.from(weights);
  const squares = w.subarray(0, -1).reduce((sum, v) => sum + v * v, 0);
  return (linearSums(family, problem, w).loss + penalty / 2 * squares) / problem.y.length;
}

Deno.test("rounds over 1, 2 and 5 shards solve a logistic regression as one worker does", async () => {
  const rows = makeRows("classification", { shoppers: 200 });
  const { predictor, winner } = await begin("classification", rows, ["linear"]);
  const ends = await Promise.all(
    [1, 2, 5].map(async (n) => (await rounds(predictor, shardsOf(rows, n))).at(-1)!),
  );
  const [whole, ...divided] = ends.map(({ parts }) => parts[0].weights);
  for (const weights of divided) {
    const apart = Math.max(...weights.map((w, i) => Math.abs(w - whole[i])));
    assert.ok(apart < 1e-9, `weights differ by ${apart}`);
  }
  assert.ok(ends.every(({ round }) => round <= 6), "Newton steps are few");

  const problem = problemOf(predictor, rows, 0, { role: "class", positiveOnly: false });
  const penalty = winner.penalties!.class!;
  const [one] = solveLogistic(problem, [penalty]);
  const apart = lossAt("logistic", problem, divided[1], penalty) - lossAt("logistic", problem, one, penalty);
  assert.ok(apart < 1e-12 && apart > -1e-9, `losses differ by ${apart}`); // one worker stops 1e-4 before the minimum
  assert.equal(closeRounds(predictor, ends[1], rows.target.length).rows, rows.target.length);
});

Deno.test("rounds solve whether, body and tail of spending as one worker does", async () => {
  const rows = makeRows("regression", { shoppers: 200 });
  const { predictor, winner } = await begin("regression", rows, ["linear"]);
  const end = (await rounds(predictor, shardsOf(rows, 3))).at(-1)!;
  for (const [place, plan] of planParts("regression", "two-part+tail").entries()) {
    const problem = problemOf(predictor, rows, place, plan);
    const { loss } = ROLES[plan.role];
    const penalty = winner.penalties![plan.role]!;
    const [one] = (loss === "squares" ? solveRidge : solveLogistic)(problem, [penalty]);
    const apart = lossAt(loss, problem, end.parts[place].weights, penalty) -
      lossAt(loss, problem, one, penalty);
    assert.ok(apart < 1e-12 && apart > -1e-8, `${plan.role}: losses differ by ${apart}`); // its sums are single precision
  }
});

Deno.test("hidden layers averaged over shards come near to one worker's, whatever the seed", async () => {
  for (const seed of [1, 2, 3]) {
    const rows = makeRows("classification", { shoppers: 300, seed });
    const { predictor } = await begin("classification", rows, ["deep"]);
    const deep = { ...predictor, recipe: { ...predictor.recipe, epochs: { class: 5 } } };
    const ends = await Promise.all([1, 3].map(async (n) => (await rounds(deep, shardsOf(rows, n))).at(-1)!));
    const [one, three] = ends.map((end) => {
      const p = predictWith(closeRounds(deep, end, rows.target.length), rows.features, rows.target.length);
      return mean(rowLosses("logLoss", rows.target, p));
    });
    assert.ok(ends[1].parts[0].phase === "done" && ends[1].parts[0].rounds === 5);
    assert.ok(Math.abs(one - three) < 0.01, `${one} and ${three}`);
  }
});

Deno.test("a blend is made of the parts of its members, each trained over the shards", async () => {
  const rows = makeRows("classification", { shoppers: 100 });
  const { predictor } = await begin("classification", rows, ["linear", "deep", "blend"]);
  const member = (name: string) => ({
    recipe: candidatesFor("classification").find((recipe) => recipe.name === name)!,
    penalties: { class: 100 },
    epochs: { class: 2 },
  });
  const blended = {
    ...predictor,
    recipe: {
      recipe: { family: "blend" as const, name: "blend", of: [] },
      members: ["linear", "deep"].map(member),
    },
    parts: [predictor.parts[0], predictor.parts[0]],
    formula: {
      op: "mean" as const,
      of: [{ op: "part" as const, part: 0 }, { op: "part" as const, part: 1 }],
    },
  };
  const end = (await rounds(blended, shardsOf(rows, 2))).at(-1)!;
  const { parts } = closeRounds(blended, end, rows.target.length);
  assert.deepEqual(parts.map(({ network }) => network.hidden), [[], [8, 4]]);
});

Deno.test("a step that raises the loss is halved, and rounds end all the same", async () => {
  const rows = makeRows("classification", { shoppers: 60 });
  const { predictor } = await begin("classification", rows, ["linear"]);
  const shards = shardsOf(rows, 2);
  const start = openRounds(predictor);
  const far = {
    ...start,
    parts: [{ ...start.parts[0], weights: start.parts[0].weights.map((_, i) => i % 2 ? -9 : 9) }],
  };
  const states = await rounds(predictor, shards, far);
  assert.ok(
    states.some(({ parts }) => parts[0].step !== null && parts[0].step.share < 1),
    "some step was too long",
  );
  const [far0, near0] = [states, await rounds(predictor, shards)].map((all) => all.at(-1)!.parts[0].weights);
  assert.ok(far0.every((w, i) => Math.abs(w - near0[i]) < 1e-6));
});

Deno.test("shardingOf() divides rows where each shard has enough, and says why not elsewhere", () => {
  const candidates = candidatesFor("classification");
  const on = { training_shards: 4, training_min_rows_per_shard: 100 };
  const model = { kind: "classification" as const, candidates };
  assert.equal(shardingOf(model, { ...on, training_shards: 0 }, 1e6), null);
  assert.deepEqual([199, 200, 399, 1e6].map((rows) => shardingOf(model, on, rows)!.shards), [1, 2, 3, 4]);
  assert.match(shardingOf(model, on, 199)!.why, /199 rows are too few to divide: need 200 for two shards/);
  assert.match(shardingOf({ ...model, kind: "classes" }, on, 1e6)!.why, /several classes/);
  const warm = candidates.filter(({ family }) => family === "warm-start");
  assert.match(shardingOf({ ...model, candidates: warm }, on, 1e6)!.why, /no candidate/);
  assert.deepEqual(candidatesOnShards(candidates).map(({ name }) => name), [
    "linear",
    "additive",
    "deep",
    "blend",
  ]);
  assert.deepEqual(
    candidatesOnShards([candidates[0], candidates[4]]),
    [candidates[0]],
    "a blend needs its members",
  );
});

Deno.test("decodeShard() refuses what is cut short", () => {
  const [shard] = shardsOf(makeRows("classification", { shoppers: 20 }), 1);
  assert.throws(() => decodeShard(encodeShard(shard).slice(0, -8)), TypeError);
});
