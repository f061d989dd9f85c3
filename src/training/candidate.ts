import { hash32 } from "../core/random.ts";
import type {
  BroughtRecipe,
  LinearRecipe,
  NetworkRecipe,
  PartRole,
  Recipe,
  WarmStartRecipe,
} from "../models/recipe.ts";
import type { Formula, Part, Predictor } from "./artifact.ts";
import { choosePart, describePart, fitKept, fitPart, type PartChoice, partRows } from "./fit_part.ts";
import { chooseClassPenalty, fitClasses } from "./fit_classes.ts";
import { preprocess, type Preprocessing } from "./preprocess.ts";
import type { CurvePoint, FittedRecipe } from "./protocol.ts";
import { formulaWithoutLine } from "./recalibrate.ts";
import { formulaOf, type PartPlan, planParts, ROLES } from "./targets.ts";
import type { Slice, Workbench } from "./workbench.ts";

/** A recipe with its choices made, and how its first network learned meanwhile. */
interface Chosen {
  readonly recipe: FittedRecipe;
  readonly curve: readonly CurvePoint[];
}

/** Settles penalties and epochs of a recipe within a slice. Blends are put together by the competition. */
export async function chooseRecipe(bench: Workbench, slice: Slice, recipe: Recipe): Promise<Chosen> {
  if (recipe.family === "blend") {
    throw new TypeError(`Cannot choose for blend "${recipe.name}": choose its members`);
  }
  if (recipe.family === "warm-start") return await chooseWarmStart(bench, slice, recipe);
  if (recipe.family === "brought") return { recipe: { recipe }, curve: [] };
  if (bench.task.kind === "classes") {
    const about = classesOf(bench, slice, recipe);
    return { recipe: { recipe, penalties: { class: chooseClassPenalty(about) } }, curve: [] };
  }
  const penalties: Partial<Record<PartRole, number>> = {};
  const epochs: Partial<Record<PartRole, number>> = {};
  let curve: readonly CurvePoint[] = [];
  for (const plan of planParts(bench.task.kind, recipe.target)) {
    const choice: PartChoice = await choosePart(bench, slice, recipe, plan);
    penalties[plan.role] = choice.penalty;
    if (recipe.family === "network") epochs[plan.role] = choice.epochs;
    if (curve.length === 0) curve = choice.curve;
  }
  return { recipe: { recipe, penalties, epochs }, curve };
}

/** Fits a recipe, choices made, on all rows of a slice. */
export async function fitRecipe(bench: Workbench, slice: Slice, fitted: FittedRecipe): Promise<Predictor> {
  const { recipe } = fitted;
  switch (recipe.family) {
    case "blend": {
      const members: Predictor[] = [];
      for (const member of fitted.members ?? []) members.push(await fitRecipe(bench, slice, member));
      return blend(members, fitted);
    }
    case "warm-start":
      return await fitWarmStart(bench, slice, recipe, fitted);
    case "brought":
      return takeBrought(bench, slice, recipe);
    case "linear":
    case "network":
      return await fitFresh(bench, slice, recipe, fitted);
    default:
      return recipe satisfies never;
  }
}

/** A model from outside stays as it is; its file stands once in the artefact. */
function takeBrought(bench: Workbench, slice: Slice, recipe: BroughtRecipe): Predictor {
  const { features, kind, classes = [] } = bench.task;
  const inputs = recipe.inputs.map(({ feature, ...move }) => ({ place: features.indexOf(feature), ...move }));
  const brought = {
    file: recipe.file,
    inputs,
    missing: recipe.missing,
    classes: classes.length,
    least: kind === "regression" ? -Number.MAX_VALUE : 0,
  };
  const told = { recipe: { ...recipe, file: "" } };
  return {
    ...about(bench, slice, told),
    preprocessings: [],
    parts: [],
    formula: { op: "brought", brought },
  };
}

async function fitFresh(
  bench: Workbench,
  slice: Slice,
  recipe: LinearRecipe | NetworkRecipe,
  fitted: FittedRecipe,
): Promise<Predictor> {
  if (bench.task.kind === "classes") return fitSeveral(bench, slice, recipe, fitted);
  const preprocessings: Preprocessing[] = [];
  const parts: Part[] = [];
  for (const plan of planParts(bench.task.kind, recipe.target)) {
    const penalty = fitted.penalties?.[plan.role] ?? ROLES[plan.role].penalties[0];
    const made = await fitPart(bench, slice, recipe, plan, {
      penalty,
      epochs: fitted.epochs?.[plan.role] ?? 0,
    });
    if (!preprocessings.includes(made.preprocessing)) preprocessings.push(made.preprocessing);
    parts.push({ ...made.part, preprocessing: preprocessings.indexOf(made.preprocessing) });
  }
  const formula = formulaOf(bench.task.kind, recipe.target, slice.threshold);
  return { ...about(bench, slice, fitted), preprocessings, parts, formula };
}

/** @throws {TypeError} the recipe has hidden layers, or the task no classes */
function classesOf({ task: { classes } }: Workbench, slice: Slice, recipe: LinearRecipe | NetworkRecipe) {
  if (recipe.family !== "linear" || !classes) {
    throw new TypeError(
      `Cannot learn several classes by "${recipe.name}": need a linear recipe, and classes`,
    );
  }
  return { slice, recipe, classes: classes.length };
}

function fitSeveral(
  bench: Workbench,
  slice: Slice,
  recipe: LinearRecipe | NetworkRecipe,
  fitted: FittedRecipe,
): Predictor {
  const penalty = fitted.penalties?.class ?? ROLES.class.penalties[0];
  const { preprocessing, parts } = fitClasses(classesOf(bench, slice, recipe), penalty);
  return {
    ...about(bench, slice, fitted),
    preprocessings: [preprocessing],
    parts: parts.map((part) => ({ ...part, preprocessing: 0 })),
    formula: { op: "softmax", of: parts.map((_, part) => ({ op: "part", part })) },
  };
}

const about = ({ task, seed }: Workbench, slice: Slice, recipe: FittedRecipe) => ({
  model: task.name,
  kind: task.kind,
  ...task.classes && { classes: task.classes },
  features: task.features,
  featureHash: task.featureHash,
  horizonDays: task.horizonDays,
  recipe,
  seed,
  newestCutoffMs: slice.rows.cutoffMs.reduce((a, b) => Math.max(a, b), -Infinity),
  rows: slice.rows.target.length,
  cap: slice.cap,
});

/** The mean of predictors that share their features. */
function blend(members: readonly Predictor[], recipe: FittedRecipe): Predictor {
  const preprocessings = [...new Set(members.flatMap((m) => m.preprocessings))];
  const parts: Part[] = [];
  const formulas: Formula[] = [];
  for (const member of members) {
    formulas.push(renumbered(member.formula, parts.length));
    parts.push(...member.parts.map((p) => ({
      ...p,
      preprocessing: preprocessings.indexOf(member.preprocessings[p.preprocessing]),
    })));
  }
  return { ...members[0], recipe, preprocessings, parts, formula: { op: "mean", of: formulas } };
}

/** A formula whose parts moved up by `by` places. */
function renumbered(formula: Formula, by: number): Formula {
  switch (formula.op) {
    case "part":
      return { op: "part", part: formula.part + by };
    case "product":
    case "mean":
    case "softmax":
      return { op: formula.op, of: formula.of.map((f) => renumbered(f, by)) };
    case "tail": {
      const { share, body, tail } = formula;
      const moved = { body: renumbered(body, by), tail: renumbered(tail, by) };
      return share ? { ...formula, ...moved, share: renumbered(share, by) } : { ...formula, ...moved };
    }
    case "brought":
      return formula;
    case "line":
      return { ...formula, of: renumbered(formula.of, by) };
    default:
      return formula satisfies never;
  }
}

/** The champion, where it can be gone on from. @throws {TypeError} there is none of this feature definition */
function usableChampion({ champion, task }: Workbench): Predictor {
  if (!champion) throw new TypeError("Cannot go on from a champion: there is none");
  if (champion.featureHash !== task.featureHash || champion.model !== task.name) {
    throw new TypeError(
      "Cannot go on from the champion: it is another model, or of another feature definition",
    );
  }
  return champion;
}

/** Whether a part can go on from the champion's: not where a handful of rows decides, nor a regression of counts. */
const goesOn = (role: PartRole): boolean => role !== "tail" && role !== "count";

/** Roles of which each needs its own number of epochs; a blend's members share them by role. */
async function chooseWarmStart(bench: Workbench, slice: Slice, recipe: WarmStartRecipe): Promise<Chosen> {
  const champion = usableChampion(bench);
  const { split, fit, validation } = slice.inner();
  const epochs: Partial<Record<PartRole, number>> = {};
  let curve: readonly CurvePoint[] = [];
  for (const [index, part] of champion.parts.entries()) {
    if (epochs[part.role] !== undefined) continue;
    epochs[part.role] = 0;
    if (split.summary.by === "none" || !goesOn(part.role) || part.network.inputs === 0) continue;
    const plan = planOf(champion, part);
    const preprocessing = champion.preprocessings[part.preprocessing];
    const held = partRows(validation, preprocessing, plan, thresholdOf(champion, fit));
    const run = { index, epochs: recipe.network.epochsMax, held };
    const state = await continuePart(bench, fit, recipe, champion, run);
    epochs[part.role] = state.bestEpoch;
    if (curve.length === 0) curve = state.curve;
  }
  return { recipe: { recipe, epochs }, curve };
}

async function fitWarmStart(
  bench: Workbench,
  slice: Slice,
  recipe: WarmStartRecipe,
  fitted: FittedRecipe,
): Promise<Predictor> {
  const champion = usableChampion(bench);
  const parts: Part[] = [];
  for (const [index, part] of champion.parts.entries()) {
    const epochs = fitted.epochs?.[part.role] ?? 0;
    if (epochs === 0 || part.network.inputs === 0) {
      parts.push(part);
      continue;
    }
    const state = await continuePart(bench, slice, recipe, champion, { index, epochs });
    const network = { ...part.network, weights: state.best };
    if (part.link !== "expm1") parts.push({ ...part, network });
    else {
      const x = preprocess(
        champion.preprocessings[part.preprocessing],
        slice.rows.features,
        slice.rows.width,
      );
      parts.push({ ...part, scale: describePart(slice, planOf(champion, part), network, x).scale });
    }
  }
  const { preprocessings } = champion;
  const formula = formulaWithoutLine(champion.formula); // a line fits what was trained before, not what goes on
  return { ...about(bench, slice, fitted), preprocessings, parts, formula };
}

function continuePart(
  bench: Workbench,
  slice: Slice,
  recipe: WarmStartRecipe,
  champion: Predictor,
  { index, epochs, held }: { index: number; epochs: number; held?: { x: Float32Array; y: Float32Array } },
) {
  const part = champion.parts[index];
  return fitKept(bench, { ...slice, threshold: thresholdOf(champion, slice) }, planOf(champion, part), {
    name: `${recipe.name}/${slice.name}/${index}`,
    start: part.network,
    trainLinear: true,
    preprocessing: champion.preprocessings[part.preprocessing],
    scale: part.link === "identity" ? part.scale : 1,
    held,
    epochs,
    seed: hash32(`${bench.seed}/${recipe.name}/${index}`),
    options: recipe.network,
  });
}

/** Body and tail keep the champion's threshold: its parts were learned for it. */
const thresholdOf = ({ formula }: Predictor, slice: Slice): number => thresholdIn(formula) ?? slice.threshold;

/** Where the tail of a formula begins; undefined: it has none. */
export function thresholdIn(formula: Formula): number | undefined {
  if (formula.op === "tail") return formula.threshold;
  if (formula.op === "line") return thresholdIn(formula.of);
  return formula.op === "part" || formula.op === "brought"
    ? undefined
    : formula.of.map(thresholdIn).find((t) => t !== undefined);
}

/** Parts beside one that says whether are taught by those who bought only. */
function planOf(champion: Predictor, { role }: Part): PartPlan {
  const shared = champion.parts.some((p) => p.role === "buy");
  return { role, positiveOnly: shared && (role === "amount" || role === "body" || role === "tail") };
}
