/** Two versions beside each other: what was measured of both on the same rows. Plain data in, plain data out. */
import type { StoredImpact } from "../../db/cycles/impacts.ts";
import type { Rollout } from "../../rollout/rollout.ts";
import type { Interval } from "../../stats/interval.ts";
import type { Cycle } from "../../retraining/cycle.ts";
import type { ReadLook } from "./rollout_looks.ts";

/** `b` less `a` on rows that both scored; below zero `b` is better. */
export interface Paired {
  /** where both scored the same rows */
  on: "outcomes" | "rollout" | "gate";
  asOf: string;
  /** the page that tells more */
  href: string;
  loss: { name: string; a: number | null; b: number | null };
  difference: { mean: number; low: number | null; high: number | null };
  /** rows, or shoppers where each counts once */
  n: number;
  /** null: bounds that hold however often one looks */
  confidence: number | null;
  /** rise of the loss that still counts as no worse */
  margin: number;
}

/** Two versions of one model. */
export interface Pair {
  a: number;
  b: number;
}

const isOf = ({ a, b }: Pair, version: number | null, other: number | null): boolean =>
  (version === a && other === b) || (version === b && other === a);

/** A difference of one version less the other as `b` less `a`; an end that is nowhere is null. */
function turned(
  { mean, low, high }: { mean: number; low: number | null; high: number | null },
  isB: boolean,
): Paired["difference"] {
  const end = (x: number | null) => x === null || !Number.isFinite(x) ? null : isB ? x : 0 - x;
  return { mean: isB ? mean : 0 - mean, low: end(isB ? low : high), high: end(isB ? high : low) };
}

const ofInterval = ({ n, confidence }: Interval) => ({ n, confidence });

/** Returns the gate's comparison of the two; null: it compared others. */
export function atGate(
  pair: Pair,
  { id, asOf, champion, challenger, evidence }: Pick<
    Cycle,
    "id" | "asOf" | "champion" | "challenger" | "evidence"
  >,
): Paired | null {
  if (evidence?.against !== "champion" || !isOf(pair, challenger, champion)) return null;
  const { loss, championLoss, challengerLoss, difference, margin } = evidence;
  const isB = challenger === pair.b;
  const [a, b] = isB ? [championLoss, challengerLoss] : [challengerLoss, championLoss];
  return {
    on: "gate",
    asOf,
    href: `/cycles/${id}`,
    loss: { name: loss, a, b },
    margin,
    difference: turned(difference, isB),
    ...ofInterval(difference),
  };
}

/** Compares the two on outcomes since one replaced the other. */
export function onOutcomes(pair: Pair, impact: StoredImpact): Paired | null {
  const { stage, version, against, report, cycleId } = impact;
  if (stage !== "outcomes" || report === null || !isOf(pair, version, against)) return null;
  const isB = version === pair.b;
  const [a, b] = isB ? [report.before, report.after] : [report.after, report.before];
  return {
    on: "outcomes",
    asOf: report.cutoffs.at(-1)!.cutoff,
    href: `/cycles/${cycleId}`,
    margin: 0,
    loss: { name: report.loss, a, b },
    difference: turned(report.difference, isB),
    ...ofInterval(report.difference),
  };
}

/** Returns the bounds of the newest look at a rollout in which both answered about the same shoppers. */
export function inRollout(
  pair: Pair,
  { rollout, look, loss }: {
    rollout: Pick<Rollout, "id" | "champion">;
    look: Pick<ReadLook, "asOf" | "differences">;
    loss: string;
  },
): Paired | null {
  const difference = look.differences.find(({ version }) => isOf(pair, version, rollout.champion));
  if (!difference || difference.n === 0) return null;
  return {
    on: "rollout",
    asOf: look.asOf,
    href: `/rollouts/${rollout.id}`,
    margin: 0,
    confidence: null,
    loss: { name: loss, a: null, b: null },
    n: difference.n,
    difference: turned(difference, difference.version === pair.b),
  };
}

/** A plain value of a nested one by its path: "recipe.family" of `{recipe: {family: "linear"}}`; a list of plain ones is one. */
export function leaves(value: unknown, path = ""): Map<string, string> {
  if (Array.isArray(value) && value.every((inner) => typeof inner !== "object")) {
    return new Map([[path, value.join(", ")]]);
  }
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]]);
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [...leaves(inner, path ? `${path}.${name}` : name)]),
  );
}

/** In what two nested values differ; null: the one does not have it. */
export function differing(
  a: unknown,
  b: unknown,
): { name: string; a: string | null; b: string | null }[] {
  const [ofA, ofB] = [leaves(a), leaves(b)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])].map((name) => ({
    name,
    a: ofA.get(name) ?? null,
    b: ofB.get(name) ?? null,
  })).filter((setting) => setting.a !== setting.b);
}
