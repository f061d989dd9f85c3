import { z } from "zod";
import type { LossView, Version } from "../losses/view.ts";
import type { Known, LossQuestion, Policy } from "./policy.ts";

/** The answer of a policy, as it can be told. */
export const OwnPolicyDecision = z.object({ run: z.boolean(), why: z.string().max(2000) });

/** Losses as tables: functions cannot be sent to a thread. */
interface LossTables {
  start: number;
  blocks: number;
  knownAt: number[];
  versions: (Version | null)[];
  /** by version, then by block */
  loss: number[][];
  seen: number[][];
  shift: number[][];
}

/** A situation that can be sent to a thread. */
interface SentKnown extends Omit<Known, "losses"> {
  losses: Omit<LossQuestion, "view"> & { view: LossTables } | null;
}

/** Returns the situation as plain data. */
export function sentKnown({ losses, ...known }: Known): SentKnown {
  return { ...known, losses: losses && { ...losses, view: tablesOf(losses.view) } };
}

/** Asks a policy in the thread that runs its file. */
export function decide(policy: Policy, { losses, ...known }: SentKnown, options: { days: number | null }) {
  return policy.decide({ ...known, losses: losses && { ...losses, view: viewOf(losses.view) } }, options);
}

function tablesOf(view: LossView): LossTables {
  const blocks = Array.from({ length: view.blocks }, (_, block) => block);
  const table = (value: (t: number, j: number) => number) =>
    blocks.map((t) => blocks.map((j) => value(t, j)));
  return {
    start: view.start,
    blocks: view.blocks,
    knownAt: blocks.map((j) => view.knownAt(j)),
    versions: blocks.map((t) => view.version(t)),
    loss: table((t, j) => view.loss(t, j)),
    seen: table((t, j) => view.seen(t, j)),
    shift: table((a, b) => view.shift(a, b)),
  };
}

function viewOf({ start, blocks, knownAt, versions, loss, seen, shift }: LossTables): LossView {
  return {
    start,
    blocks,
    knownAt: (j) => knownAt[j] ?? Infinity,
    version: (t) => versions[t] ?? null,
    loss: (t, j) => loss[t]?.[j] ?? NaN,
    seen: (t, j) => seen[t]?.[j] ?? NaN,
    pairSe: () => NaN, // a backtest does not know it
    recalibrated: () => NaN,
    shift: (a, b) => shift[a]?.[b] ?? NaN,
  };
}
