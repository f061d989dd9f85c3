import { quantile } from "../stats/quantile.ts";
import type { ModelKind } from "../models/model.ts";
import type { Inputs, PartRole, TargetTransform } from "../models/recipe.ts";
import type { Formula, Part } from "./artifact.ts";

/** What a part is fitted by. */
export type RoleLoss = "logistic" | "squares" | "poisson";

/** The way a part is learned, whatever the recipe. */
interface RoleRule {
  readonly loss: RoleLoss;
  readonly link: Part["link"];
  /** columns; none: what the recipe says */
  readonly inputs?: Inputs;
  /** standard deviations at which inputs are clipped; none for parts that must tell giants apart */
  readonly limit?: number;
  /** whether hidden layers may correct it: not where a handful of rows decides */
  readonly deep: boolean;
  /** penalties where the recipe names none */
  readonly penalties: readonly number[];
  /** what it learns, from the target `y` and the threshold between body and tail */
  readonly target: (y: number, threshold: number) => number;
}

const CLIP = 5;
const STEADY = [100, 300, 1000, 3000];
const HEAVY = [1000, 3000];

export const ROLES: Readonly<Record<PartRole, RoleRule>> = {
  count: { loss: "poisson", link: "exp", limit: CLIP, deep: false, penalties: STEADY, target: (y) => y },
  class: { loss: "logistic", link: "sigmoid", limit: CLIP, deep: true, penalties: STEADY, target: (y) => y },
  buy: {
    loss: "logistic",
    link: "sigmoid",
    limit: CLIP,
    deep: true,
    penalties: STEADY,
    target: (y) => y > 0 ? 1 : 0,
  },
  log: {
    loss: "squares",
    link: "expm1",
    limit: CLIP,
    deep: true,
    penalties: STEADY,
    target: (y) => Math.log1p(y),
  },
  value: {
    loss: "squares",
    link: "identity",
    inputs: "log+raw",
    deep: false,
    penalties: HEAVY,
    target: (y) => y,
  },
  amount: {
    loss: "squares",
    link: "identity",
    inputs: "log+raw",
    deep: false,
    penalties: HEAVY,
    target: (y) => y,
  },
  body: {
    loss: "squares",
    link: "identity",
    inputs: "log+raw",
    limit: CLIP,
    deep: true,
    penalties: STEADY,
    target: (y, threshold) => Math.min(y, threshold),
  },
  tail: {
    loss: "squares",
    link: "identity",
    inputs: "log+raw",
    deep: false,
    penalties: HEAVY,
    target: (y, threshold) => Math.max(0, y - threshold),
  },
};

/** A part of a candidate: its role, and whether only rows with a target above zero teach it. */
export interface PartPlan {
  readonly role: PartRole;
  readonly positiveOnly: boolean;
}

/** The parts of a transform, in the order in which {@link formulaOf} counts them. */
export function planParts(
  kind: Exclude<ModelKind, "classes">,
  transform: TargetTransform,
): readonly PartPlan[] {
  if (kind === "classification") return [{ role: "class", positiveOnly: false }];
  return PLANS[transform];
}

const PLANS: Readonly<Record<TargetTransform, readonly PartPlan[]>> = {
  identity: [{ role: "value", positiveOnly: false }],
  log1p: [{ role: "log", positiveOnly: false }],
  count: [{ role: "count", positiveOnly: false }],
  "two-part": [{ role: "buy", positiveOnly: false }, { role: "amount", positiveOnly: true }],
  "body+tail": [{ role: "body", positiveOnly: false }, { role: "tail", positiveOnly: false }],
  "two-part+tail": [
    { role: "buy", positiveOnly: false },
    { role: "body", positiveOnly: true },
    { role: "tail", positiveOnly: true },
  ],
};

/** Combines the parts of a transform into a prediction. */
export function formulaOf(
  kind: Exclude<ModelKind, "classes">,
  transform: TargetTransform,
  threshold: number,
): Formula {
  const part = (index: number): Formula => ({ op: "part", part: index });
  if (kind === "classification") return part(0);
  switch (transform) {
    case "identity":
    case "log1p":
    case "count":
      return part(0);
    case "two-part":
      return { op: "product", of: [part(0), part(1)] };
    case "body+tail":
      return { op: "tail", body: part(0), tail: part(1), threshold };
    case "two-part+tail":
      return { op: "tail", share: part(0), body: part(1), tail: part(2), threshold };
    default:
      return transform satisfies never;
  }
}

/** Returns where the tail begins: the value that 3 % of the targets above zero exceed; 1 where there are none. */
export function tailThreshold(target: Float64Array): number {
  const positive = target.filter((y) => y > 0);
  return positive.length > 0 ? quantile(positive, 0.97) : 1;
}

/** The place of the penalty to take. @param losses from the strongest penalty down: a weaker one must earn its place */
export function earned(losses: readonly number[]): number {
  let best = 0;
  losses.forEach((loss, i) => best = loss < losses[best] * (1 - 1e-4) ? i : best);
  return best;
}
