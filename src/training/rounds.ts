/**
 * Training in rounds over shards of rows: every shard adds up what it says of the weights, and the sum moves them. Linear
 * parts take Newton steps on exact sums, so nothing is lost by dividing; hidden layers take local steps, averaged by rows.
 */
import { Matrix } from "ml-matrix";
import { gaussian, hash32, seededRandom } from "../core/random.ts";
import type { LinearRecipe, NetworkRecipe } from "../models/recipe.ts";
import type { Part, Predictor } from "./artifact.ts";
import { thresholdIn } from "./candidate.ts";
import { fitNetwork, freshNetwork } from "./fit_network.ts";
import { partRows } from "./fit_part.ts";
import { dampedSolver, linearSums } from "./linear.ts";
import { preprocess } from "./preprocess.ts";
import type { FittedRecipe } from "./protocol.ts";
import type { ShardRows } from "./shards.ts";
import { type PartPlan, planParts, ROLES } from "./targets.ts";

/** How far a part is. */
export interface PartState {
  /** `exact`: its linear path is solved; `hidden`: its hidden layers learn; `done` */
  readonly phase: "exact" | "hidden" | "done";
  /** shape of its network, which has hidden layers from phase `hidden` on */
  readonly weights: readonly number[];
  /** the step that led to these weights, until it is known to lower the loss */
  readonly step: Step | null;
  /** Adam's running means, in phase `hidden` */
  readonly gradient: readonly number[];
  readonly square: readonly number[];
  /** rounds of this phase */
  readonly rounds: number;
}

interface Step {
  readonly from: readonly number[];
  readonly loss: number;
  readonly direction: readonly number[];
  readonly share: number;
}

/** What a round leaves for the next one. */
export interface RoundState {
  readonly round: number;
  readonly parts: readonly PartState[];
  /** mean loss of the first part before each round */
  readonly losses: readonly number[];
}

/** In standard deviations of the columns: a step this short moves no loss by as much as 1e-12. */
const STEP_TOLERANCE = 1e-7;
const EXACT_ROUNDS_MAX = 30;
const LEAST_SHARE = 2 ** -8;

/** A part's training, as the recipe that chose it says. */
interface PartTask {
  readonly plan: PartPlan;
  readonly recipe: LinearRecipe | NetworkRecipe;
  readonly penalty: number;
  /** epochs of the hidden layers; 0: it stays linear */
  readonly epochs: number;
  readonly seed: number;
}

function partTasks({ kind, recipe, seed }: Predictor): PartTask[] {
  const fresh = (fitted: FittedRecipe): FittedRecipe[] =>
    fitted.recipe.family === "blend" ? (fitted.members ?? []).flatMap(fresh) : [fitted];
  return fresh(recipe).flatMap(({ recipe: own, penalties, epochs }) => {
    if ((own.family !== "linear" && own.family !== "network") || kind === "classes") {
      throw new TypeError(`Cannot train "${own.name}" over shards`);
    }
    return planParts(kind, own.target).map((plan) => ({
      plan,
      recipe: own,
      penalty: penalties?.[plan.role] ?? ROLES[plan.role].penalties[0],
      epochs: own.family === "network" && ROLES[plan.role].deep ? epochs?.[plan.role] ?? 0 : 0,
      seed: hash32(`${seed}/${own.name}/${plan.role}`),
    }));
  });
}

/** The unit of a part's target while it learns. */
const unitOf = ({ link, scale }: Part): number => link === "identity" ? scale : 1;

/** Rounds begin at a predictor that was fitted on some of the rows: it settles columns, units and penalties. */
export const openRounds = ({ parts }: Predictor): RoundState => ({
  round: 0,
  losses: [],
  parts: parts.map(({ network: { inputs, weights } }) => ({
    phase: "exact",
    weights: Array.from(weights.subarray(0, inputs + 1)),
    step: null,
    gradient: [],
    square: [],
    rounds: 0,
  })),
});

/** Whether no part has anything left to learn. */
export const isDone = ({ parts }: RoundState): boolean => parts.every(({ phase }) => phase === "done");

/**
 * What a shard adds to a round: of each part that learns its rows, its loss, and its derivatives or its weights times rows.
 * @returns the same length for every shard
 */
export async function sumShard(
  predictor: Predictor,
  state: RoundState,
  rows: ShardRows,
): Promise<Float64Array> {
  const inputs = predictor.preprocessings.map((p) => preprocess(p, rows.features, rows.width));
  const threshold = thresholdIn(predictor.formula) ?? 1;
  const sums: Float64Array[] = [];
  for (const [i, task] of partTasks(predictor).entries()) {
    const { phase } = state.parts[i];
    if (phase === "done") continue;
    const part = predictor.parts[i];
    const preprocessing = predictor.preprocessings[part.preprocessing];
    const { x, y } = partRows(rows, preprocessing, task.plan, threshold, inputs[part.preprocessing]);
    const own = { x, y: y.map((v) => v / unitOf(part)) };
    const sum = phase === "exact" ? exactSums : hiddenSums;
    sums.push(await sum(task, state.parts[i], own));
  }
  return Float64Array.from(sums.flatMap((own) => [...own]));
}

interface PartRows {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

function exactSums({ plan }: PartTask, { weights }: PartState, { x, y }: PartRows): Float64Array {
  const problem = { x, y, k: weights.length - 1 };
  const { loss, gradient, curvature } = linearSums(
    ROLES[plan.role].loss,
    problem,
    Float64Array.from(weights),
  );
  return Float64Array.of(y.length, loss, ...gradient, ...curvature);
}

/** One local epoch of the hidden layers. */
async function hiddenSums(task: PartTask, part: PartState, rows: PartRows): Promise<Float64Array> {
  const n = rows.y.length;
  const { network: options } = task.recipe as NetworkRecipe;
  const sums = new Float64Array(2 + 3 * part.weights.length);
  if (n === 0) return sums;
  const weights = Float32Array.from(part.weights);
  const state = await fitNetwork({
    start: { inputs: rows.x.length / n, hidden: options.hidden, weights },
    loss: ROLES[task.plan.role].loss as "logistic" | "squares",
    trainLinear: false,
    train: rows,
    options,
    epochs: part.rounds + 1,
    seed: task.seed,
    state: {
      epoch: part.rounds,
      weights,
      gradient: Float32Array.from(part.gradient),
      square: Float32Array.from(part.square),
      best: weights,
      bestEpoch: 0,
      curve: [{ epoch: 0, loss: null, validationLoss: null }],
    },
    onEpoch: () => Promise.resolve(),
  });
  sums.set([n, n * state.curve[state.curve.length - 1].loss!]);
  [state.weights, state.gradient, state.square].forEach((numbers, i) =>
    numbers.forEach((v, j) => sums[2 + i * numbers.length + j] = n * v)
  );
  return sums;
}

/** Moves the weights by what all shards add up to. @param shards in the order of the shards, so that sums come out alike */
export function closeRound(
  predictor: Predictor,
  state: RoundState,
  shards: readonly Float64Array[],
): RoundState {
  const sum = shards.reduce((all, shard) => all.map((v, i) => v + shard[i]));
  let at = 0;
  const losses: number[] = [];
  const parts = partTasks(predictor).map((task, i) => {
    const part = state.parts[i];
    if (part.phase === "done") return part;
    const d = part.weights.length;
    const own = sum.subarray(at, at += 2 + (part.phase === "exact" ? d + d * d : 3 * d));
    losses.push(own[1] / own[0]);
    return part.phase === "exact" ? exactStep(task, part, own) : averaged(task, part, own);
  });
  return { round: state.round + 1, parts, losses: [...state.losses, losses[0]] };
}

/** One Newton step on the sums; a step that raised the loss is halved. */
function exactStep(task: PartTask, part: PartState, sum: Float64Array): PartState {
  const { penalty } = task;
  const { weights, step } = part;
  const d = weights.length;
  const slopes = weights.slice(0, -1);
  const loss = sum[1] + penalty / 2 * slopes.reduce((all, w) => all + w * w, 0);
  const rounds = part.rounds + 1;
  if (step && !(loss <= step.loss + 1e-12 * Math.abs(step.loss))) {
    const share = step.share / 2;
    if (share < LEAST_SHARE || rounds >= EXACT_ROUNDS_MAX) return solved(task, step.from);
    return { ...part, rounds, weights: moved(step.from, step.direction, share), step: { ...step, share } };
  }
  const curvature = Matrix.from1DArray(d, d, Array.from(sum.subarray(2 + d)));
  const downhill = Float64Array.from(weights, (w, j) => -sum[2 + j] - (j < d - 1 ? penalty * w : 0));
  const direction = Array.from(dampedSolver(curvature, penalty, 1)(downhill));
  const longest = direction.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (longest < STEP_TOLERANCE || rounds >= EXACT_ROUNDS_MAX) return solved(task, weights);
  return {
    ...part,
    rounds,
    weights: moved(weights, direction, 1),
    step: { from: weights, loss, direction, share: 1 },
  };
}

const moved = (from: readonly number[], direction: readonly number[], share: number): number[] =>
  from.map((v, j) => v + share * direction[j]);

/** What follows the linear path: fresh hidden layers on it, where the recipe has some. */
function solved({ recipe, epochs, seed }: PartTask, linear: readonly number[]): PartState {
  const done = { weights: linear, step: null, gradient: [], square: [], rounds: 0 };
  if (recipe.family === "linear" || epochs === 0 || linear.length === 1) return { ...done, phase: "done" };
  const random = gaussian(seededRandom(seed));
  const { weights } = freshNetwork(Float64Array.from(linear), recipe.network.hidden, random);
  const zeros = Array.from(weights, () => 0);
  return { ...done, phase: "hidden", weights: Array.from(weights), gradient: zeros, square: zeros };
}

function averaged({ epochs }: PartTask, part: PartState, sum: Float64Array): PartState {
  const d = part.weights.length;
  const mean = (from: number) =>
    Array.from(sum.subarray(2 + from * d, 2 + (from + 1) * d), (v) => v / sum[0]);
  const rounds = part.rounds + 1;
  const phase = rounds < epochs ? "hidden" : "done";
  return { phase, weights: mean(0), gradient: mean(1), square: mean(2), step: null, rounds };
}

/** The predictor that the rounds came to. @param rows how many taught it */
export function closeRounds(predictor: Predictor, state: RoundState, rows: number): Predictor {
  const parts = predictor.parts.map((part, i) => {
    const { weights } = state.parts[i];
    const { inputs } = part.network;
    const { recipe } = partTasks(predictor)[i];
    const hidden = recipe.family === "network" && weights.length > inputs + 1 ? recipe.network.hidden : [];
    return { ...part, network: { inputs, hidden, weights: Float32Array.from(weights) } };
  });
  return { ...predictor, parts, rows };
}

export const encodeRounds = (state: RoundState): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(state));

/** The inverse of {@link encodeRounds}; numbers keep their last digit. */
export const decodeRounds = (bytes: Uint8Array): RoundState => JSON.parse(new TextDecoder().decode(bytes));
