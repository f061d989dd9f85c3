import { DAY_MS } from "../core/time.ts";
import { type RowLoss, scoresOf } from "../stats/metrics.ts";
import { isOwnMetric } from "../stats/own_metrics.ts";
import type { BroughtRecipe, Recipe, WarmStartRecipe } from "../models/recipe.ts";
import { decodeArtifact, encodeArtifact, type Predictor, predictWith } from "./artifact.ts";
import { chooseRecipe, fitRecipe } from "./candidate.ts";
import { decodeCheckpoint, emptyCheckpoint, type FinishedCandidate } from "./checkpoint.ts";
import type {
  CandidateResult,
  CompeteRequest,
  CompeteResult,
  FittedRecipe,
  RefitRequest,
  RefitResult,
  Scores,
} from "./protocol.ts";
import { checkRows, limitRows, takeRows, type TrainingRows } from "./rows.ts";
import { splitRows } from "./split.ts";
import {
  createMeter,
  makeSlice,
  type Reporter,
  sendCheckpoint,
  type Slice,
  type Workbench,
} from "./workbench.ts";

/** Rough shares of the time, for the progress bar. */
const STAGE_WEIGHT: Readonly<Record<Recipe["family"], number>> = {
  linear: 2,
  network: 6,
  "warm-start": 4,
  blend: 0.5,
  brought: 0.5,
};
const FINAL_WEIGHT = 4;

/** The rows that candidates are compared on. */
interface Comparison {
  readonly fit: Slice;
  readonly validation: TrainingRows;
}

/**
 * Fits each candidate on the older rows, compares them on the newest, and fits the best on all rows.
 * @throws {RangeError} the rows do not fit together, or no candidate could run
 */
export async function compete(request: CompeteRequest, reporter: Reporter): Promise<CompeteResult> {
  checkRows(request.rows);
  const { task } = request;
  const rows = limitRows(request.rows);
  const bench = openBench(request, reporter, task.candidates);
  const split = splitRows(rows, task.horizonDays);
  const comparison: Comparison = {
    fit: makeSlice("fit", takeRows(rows, split.fit), task),
    validation: takeRows(rows, split.validation),
  };
  const { finished } = bench.checkpoint;
  for (const recipe of task.candidates) {
    bench.meter.stage(recipe.name, STAGE_WEIGHT[recipe.family]);
    if (finished.has(recipe.name)) continue;
    finished.set(recipe.name, await runCandidate(bench, comparison, recipe));
    bench.checkpoint.networks.clear();
    sendCheckpoint(bench);
    await reporter.tick();
  }
  const candidates = task.candidates.map((c) => finished.get(c.name)!.result);
  const winner = pickWinner(candidates, {
    takeFirst: split.summary.by === "none",
    challenger: task.challenger,
  });
  bench.meter.stage(`${winner.recipe.name} on all rows`, FINAL_WEIGHT);
  const predictor = await fitRecipe(bench, makeSlice("all", rows, task), winner);
  return { winner, artifact: encodeArtifact(predictor), candidates, split: split.summary };
}

/** Fits a recipe whose choices are made on the rows given. @throws {RangeError} the rows do not fit together */
export async function refit(request: RefitRequest, reporter: Reporter): Promise<RefitResult> {
  checkRows(request.rows);
  const bench = openBench(request, reporter, []);
  bench.meter.stage(request.recipe.recipe.name, FINAL_WEIGHT);
  const slice = makeSlice("all", limitRows(request.rows), request.task);
  return { artifact: encodeArtifact(await fitRecipe(bench, slice, request.recipe)) };
}

function openBench(
  { task, seed, champion, resume }: Pick<CompeteRequest, "task" | "seed" | "champion" | "resume">,
  reporter: Reporter,
  candidates: readonly Recipe[],
): Workbench {
  const total = candidates.reduce((sum, c) => sum + STAGE_WEIGHT[c.family], FINAL_WEIGHT);
  return {
    task,
    seed,
    champion: champion && decodeArtifact(champion),
    checkpoint: resume ? decodeCheckpoint(resume) : emptyCheckpoint(),
    reporter,
    meter: createMeter(total, (progress) => reporter.progress(progress)),
  };
}

async function runCandidate(bench: Workbench, on: Comparison, recipe: Recipe): Promise<FinishedCandidate> {
  if (recipe.family === "blend") return await runBlend(bench, on, recipe.name, recipe.of);
  if (recipe.family === "warm-start") return await runWarmStart(bench, on, recipe);
  if (recipe.family === "brought" && knowsRowsOf(on, recipe)) {
    return skip(
      told(recipe),
      `it may have learned from validation rows: it was trained until ${recipe.trainedUntil}`,
    );
  }
  const { chosen, predictions } = await tryRecipe(bench, on, recipe);
  return await judged(
    bench,
    on,
    { name: recipe.name, recipe: chosen.recipe, curve: chosen.curve },
    predictions,
  );
}

/** Chooses and fits on the older rows, predicts the validation slice. */
async function tryRecipe(bench: Workbench, on: Comparison, recipe: Recipe) {
  const chosen = await chooseRecipe(bench, on.fit, recipe);
  const predictor = await fitRecipe(bench, on.fit, chosen.recipe);
  return { chosen, predictions: predictWith(predictor, on.validation.features, on.validation.target.length) };
}

/** Whether a model from outside may have seen outcomes of the validation rows; of what it was trained on nothing else is known. */
const knowsRowsOf = ({ validation }: Comparison, { trainedUntil }: BroughtRecipe): boolean =>
  validation.cutoffMs.some((ms) => ms < Date.parse(trainedUntil));

/** A recipe as it is told: the file of one from outside stands in the artefact. */
const told = (recipe: Recipe): Recipe => recipe.family === "brought" ? { ...recipe, file: "" } : recipe;

const skip = (recipe: Recipe, skipped: string): FinishedCandidate => ({
  result: { name: recipe.name, recipe: { recipe }, curve: [], skipped },
  predictions: new Float32Array(),
});

/**
 * A champion that has learned from outcomes inside the validation slice, or from rows newer than the other candidates
 * were fitted on, would win by that alone, and lose it again when the winner is fitted on all rows: it takes part only
 * where all it knows was complete before the slice begins.
 */
async function runWarmStart(
  bench: Workbench,
  on: Comparison,
  recipe: WarmStartRecipe,
): Promise<FinishedCandidate> {
  const { champion, task } = bench;
  if (!champion) return skip(recipe, "there is no champion");
  if (champion.model !== task.name) return skip(recipe, `the champion is of model "${champion.model}"`);
  if (champion.featureHash !== task.featureHash) {
    return skip(recipe, "the champion is of another feature definition");
  }
  if (champion.parts.length === 0) return skip(recipe, "the champion was trained outside");
  if (!learnsOnlyFrom(champion, task.columns)) {
    return skip(recipe, "the champion has learned from features that the model no longer uses");
  }
  const knowsUntilMs = champion.newestCutoffMs + champion.horizonDays * DAY_MS;
  if (on.validation.cutoffMs.some((ms) => ms < knowsUntilMs)) {
    return skip(
      recipe,
      "the champion has learned from outcomes of validation rows, or newer than the others did",
    );
  }
  const { chosen, predictions } = await tryRecipe(bench, on, recipe);
  return await judged(
    bench,
    on,
    { name: recipe.name, recipe: chosen.recipe, curve: chosen.curve },
    predictions,
  );
}

const learnsOnlyFrom = ({ preprocessings }: Predictor, columns?: readonly number[]): boolean =>
  columns === undefined || preprocessings.every((p) => p.columns.every(({ of }) => columns.includes(of)));

async function runBlend(
  bench: Workbench,
  on: Comparison,
  name: string,
  of: readonly string[],
): Promise<FinishedCandidate> {
  const recipe = { family: "blend", name, of } as const;
  const members = of.flatMap((m) => bench.checkpoint.finished.get(m) ?? []).filter((m) => !m.result.skipped);
  if (members.length < 2) return skip(recipe, "it has fewer than two members");
  const predictions = members[0].predictions.map((_, i) =>
    members.reduce((sum, m) => sum + m.predictions[i], 0) / members.length
  );
  const fitted: FittedRecipe = { recipe, members: members.map((m) => m.result.recipe) };
  return await judged(bench, on, { name, recipe: fitted, curve: [] }, predictions);
}

async function judged(
  { task, reporter }: Workbench,
  on: Comparison,
  result: Pick<CandidateResult, "name" | "recipe" | "curve">,
  predictions: Float32Array,
): Promise<FinishedCandidate> {
  const { loss } = task;
  const { target } = on.validation;
  const isCount = loss === "poissonDeviance";
  const scores = scoresOf(task.kind, target, predictions, { cap: on.fit.cap, isCount });
  const criterion = loss && isOwnMetric(loss)
    ? await reporter.judge(loss, target, predictions)
    : criterionOf(scores, loss);
  return { result: { ...result, scores, criterion }, predictions };
}

/**
 * What candidates are compared by: the model's loss; lower is better. A few giants rule the MSE alone, and the capped
 * MSE alone forgets them: where the loss is the capped one, both count.
 */
function criterionOf(scores: Scores, loss?: RowLoss): number {
  if ("logLoss" in scores) {
    if (loss === "accuracy") return 1 - scores.accuracy;
    return loss === "brier" ? scores.brier : scores.logLoss;
  }
  if (loss === "poissonDeviance") return scores.poissonDeviance!; // measured where it is the loss
  return loss === "mse" || loss === "mae" ? scores[loss] : Math.sqrt(scores.mse * scores.cappedMse);
}

/** The challenger if it could run; else the lowest criterion; of equal ones, and where nothing could be held out, the first. */
function pickWinner(
  candidates: readonly CandidateResult[],
  { takeFirst, challenger }: { takeFirst: boolean; challenger?: string },
): FittedRecipe {
  const able = candidates.filter((c) => c.criterion !== undefined);
  if (able.length === 0) {
    const why = candidates.map(({ name, skipped }) => `${name}: ${skipped}`).join("; ");
    throw new RangeError(`Cannot pick a winner: no candidate could run (${why})`);
  }
  const asked = able.find(({ name }) => name === challenger);
  if (asked) return asked.recipe;
  if (takeFirst) return able[0].recipe;
  return able.reduce((best, c) => c.criterion! < best.criterion! ? c : best).recipe;
}
