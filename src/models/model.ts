import { meantText } from "../core/closest.ts";
import { FEATURES } from "../features/definition.ts";
import { type OwnFeature, ownFeaturesFault } from "../features/own.ts";
import type { Activity } from "../features/population.ts";
import { SESSION_FEATURES, SESSION_GROUP } from "../features/session.ts";
import type { UserDay } from "../features/user_day.ts";
import { type MetricName, METRICS_OF, ROW_LOSS, type RowLoss } from "../stats/metrics.ts";
import { addOwnMetric, isOwnMetric, type OwnMetric, ownMetricsFault } from "../stats/own_metrics.ts";
import { broughtFault } from "./brought.ts";
import type { ModelConfig } from "../config/retraining.ts";
import { labelFault } from "./outcome.ts";
import { type OwnSegment, segmentsFault } from "./own_segments.ts";
import type { BlendRecipe, Recipe } from "./recipe.ts";
import { formFault } from "./schema.ts";

/** `classification`: an outcome is 0 or 1; `classes`: it is one of several classes; `regression`: it is a number. */
export type ModelKind = "classification" | "classes" | "regression";

/**
 * What a contact by a model's predictions earns: `retention`: outcome 1 is a shopper whom the shop loses, and a contact
 * keeps some of them; `sales`: the outcome is money that a shopper spends, and a contact raises it.
 */
export type ModelEconomics = "retention" | "sales";

/** The definition of a model: target, population, training and metrics. One file in this folder defines one. */
export interface ModelDefinition {
  /** lower case; in URLs, workflow ids and tables */
  readonly name: string;
  readonly kind: ModelKind;
  /** the question it answers about one shopper */
  readonly question: string;
  /** what a prediction is measured in */
  readonly unit: string;
  /** the metric people quote */
  readonly primaryMetric: MetricName;
  /** the loss on which candidates, champion and challenger are compared row by row */
  readonly loss: RowLoss;
  /** relative rise of that loss which still counts as no worse: about what chance alone does to some hundred rows */
  readonly margin: number;
  readonly metrics: readonly MetricName[];
  /** metrics of the shop's own, named `own:NAME` above */
  readonly ownMetrics?: readonly OwnMetric[];
  /** how its predictions earn money; left out: they do not, and no sum of money is told of it */
  readonly economics?: ModelEconomics;
  /** how far ahead it looks; left out: as the setting `horizon_days` says for every model */
  readonly horizonDays?: number;
  /** whom it is asked about: shoppers active so recently; left out: as `active_days` says for every model */
  readonly activeDays?: number;
  /** what makes a shopper active; left out: as `activity` says for every model */
  readonly activity?: Activity;
  /** days between the cut-offs that it is trained on; left out: as `step_days` says for every model */
  readonly stepDays?: number;
  /** hours between automatic checks; left out: as `retrain_interval_hours` says for every model */
  readonly checkEveryHours?: number;
  /** how a new version is let through; left out: as `gate` says for every model */
  readonly gate?: ModelConfig["gate"];
  /** kinds of shoppers in which a new version may do no harm, in place of ours; who fits none is one of the "others" */
  readonly segments?: readonly OwnSegment[];
  /** the outcome, from one shopper's days inside `[cutoff, cutoff + horizon)`; none when the shopper stayed away */
  readonly label: (future: readonly UserDay[]) => number | string;
  /** of several classes: their names, of which the label returns one */
  readonly classes?: readonly string[];
  /** what it may learn from: all features, or some of them by name; "session" names all of what a visitor does now */
  readonly features: readonly string[];
  /** features of its own, which it learns from beside those */
  readonly ownFeatures?: readonly OwnFeature[];
  /** types of the shop's own events, as in `review`, that its label and its own features read in `day.own` */
  readonly events?: readonly string[];
  /** its candidates in words */
  readonly network: string;
  /** the candidates that compete, the simplest first */
  readonly candidates: readonly Recipe[];
}

const DEFAULTS = {
  features: FEATURES,
  margin: 0.02,
} as const;

/** Completes a definition with the defaults. @throws {RangeError} what it declares cannot be used: says which field, and why */
export function defineModel(
  given: Omit<ModelDefinition, keyof typeof DEFAULTS> & Partial<ModelDefinition>,
): ModelDefinition {
  const declared: ModelDefinition = { ...DEFAULTS, ...given };
  const misshapen = formFault(declared);
  const model = misshapen ? declared : { ...declared, features: withSession(declared.features) };
  const fault = misshapen ?? faultOf(model);
  if (fault !== null) throw new RangeError(`Cannot define model "${model.name}": ${fault}`);
  for (const metric of model.ownMetrics ?? []) addOwnMetric(metric);
  return model;
}

/** Features by name, with those of the session in place of the name of their group. */
const withSession = (features: readonly string[]): readonly string[] =>
  features.includes(SESSION_GROUP)
    ? features.flatMap((name) => name === SESSION_GROUP ? SESSION_FEATURES : [name])
    : features;

/** Says what is wrong with a definition; null: nothing. */
function faultOf(model: ModelDefinition): string | null {
  const { kind, loss, primaryMetric, metrics, features } = model;
  const known: readonly string[] = [
    ...METRICS_OF[kind],
    ...(model.ownMetrics ?? []).map(({ name }) => `own:${name}`),
  ];
  const strange = [loss, primaryMetric, ...metrics].find((metric) => !known.includes(metric));
  if (strange !== undefined) return `"${strange}" is no metric of a ${kind}; there are ${known.join(", ")}`;
  const again = metrics.find((metric, i) => metrics.indexOf(metric) !== i);
  if (again !== undefined) return `metrics name "${again}" twice`;
  if (!isOwnMetric(loss) && !(loss in ROW_LOSS)) {
    return `"${loss}" is no loss: champion and challenger are compared by a mean over rows`;
  }
  if (loss !== "poissonDeviance" && metrics.includes("poissonDeviance")) {
    return "metrics name poissonDeviance, which is measured of counts, where it is the loss";
  }
  if (!metrics.includes(primaryMetric)) return `metrics lack the primaryMetric "${primaryMetric}"`;
  const unknown = features.find((feature) =>
    !FEATURES.includes(feature) && !SESSION_FEATURES.includes(feature)
  );
  if (unknown !== undefined) {
    return `features: there is no feature "${unknown}"${
      meantText(unknown, [...FEATURES, SESSION_GROUP, ...SESSION_FEATURES])
    }`;
  }
  const twice = features.find((name, i) => features.indexOf(name) !== i);
  if (twice !== undefined) return `features name "${twice}" twice`;
  if (features.length === 0) return "features name none";
  return candidatesFault(model) ?? classesFault(model) ?? economicsFault(model) ?? daysFault(model) ??
    eventsFault(model) ??
    ownMetricsFault(model.ownMetrics ?? [], model) ??
    ownFeaturesFault(model.ownFeatures ?? [], model.events ?? []) ?? segmentsFault(model) ??
    labelFault(model);
}

function candidatesFault(model: ModelDefinition): string | null {
  const { candidates } = model;
  const names = candidates.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `candidates name "${twice}" twice: each needs a name of its own`;
  if (candidates.every(({ family }) => family === "warm-start")) {
    return "candidates only go on from a champion, and the first training has none: add a linear one";
  }
  for (const [i, recipe] of candidates.entries()) {
    const fault = recipe.family === "brought"
      ? broughtFault(recipe, model)
      : recipe.family === "blend"
      ? blendFault(recipe, names.slice(0, i))
      : null;
    if (fault !== null) return fault;
  }
  return null;
}

function blendFault({ name, of }: BlendRecipe, before: readonly string[]): string | null {
  const unknown = of.find((member) => !before.includes(member));
  if (unknown !== undefined) {
    return `the candidate "${name}" is a blend of "${unknown}", and no candidate before it has that name${
      meantText(unknown, before)
    }`;
  }
  return new Set(of).size < of.length ? `the candidate "${name}" is a blend of one candidate twice` : null;
}

/** Of what a prediction is about follows which money it can earn. */
const EARNS: Readonly<Record<ModelEconomics, ModelKind>> = {
  retention: "classification",
  sales: "regression",
};

function economicsFault({ kind, economics }: ModelDefinition): string | null {
  if (economics === undefined || kind === "classes" || EARNS[economics] === kind) return null;
  return `economics: "${economics}" is of a ${EARNS[economics]}, and this is a ${kind}`;
}

const CLASSES_MAX = 12;

function classesFault(
  { kind, classes: given, candidates, economics, ownMetrics = [] }: ModelDefinition,
): string | null {
  if (kind !== "classes") return given === undefined ? null : `classes are those of the kind "classes"`;
  const classes = given ?? [];
  if (classes.length < 3 || classes.length > CLASSES_MAX || new Set(classes).size < classes.length) {
    return `classes has to name 3 to ${CLASSES_MAX} different ones; of two it is a classification`;
  }
  const strange = classes.find((name) => !/^(?!constructor$)[a-z0-9][a-z0-9 _-]{0,39}$/.test(name));
  if (strange !== undefined) {
    return `the class "${strange}" needs 1 to 40 lower-case letters, digits, blanks, _ -`;
  }
  const deep = candidates.find(({ family }) =>
    family !== "linear" && family !== "blend" && family !== "brought"
  );
  if (deep) {
    return `the candidate "${deep.name}" is of the family "${deep.family}": several classes are learnt by "linear" and "blend", or brought`;
  }
  if (ownMetrics.length > 0) return "ownMetrics are of models whose prediction is one number";
  return economics === undefined ? null : "economics are of models whose prediction is one number";
}

const STANDARD_TYPES = ["view", "cart", "purchase", "return"];

function eventsFault({ events = [] }: ModelDefinition): string | null {
  const standard = events.find((type) => STANDARD_TYPES.includes(type));
  if (standard !== undefined) return `events names "${standard}", which is counted in days already`;
  const strange = events.find((type) => !/^[a-z0-9_.-]{1,40}$/.test(type));
  return strange === undefined
    ? null
    : `events names "${strange}": need 1 to 40 lower-case letters, digits, _ . -`;
}

function daysFault({ horizonDays, activeDays }: ModelDefinition): string | null {
  const isDays = (days: number | undefined, most: number) =>
    days === undefined || (Number.isInteger(days) && days >= 1 && days <= most);
  if (!isDays(horizonDays, 365)) return `horizonDays has to be whole days from 1 to 365, not ${horizonDays}`;
  if (!isDays(activeDays, 3650)) return `activeDays has to be whole days from 1 to 3650, not ${activeDays}`;
  return null;
}
