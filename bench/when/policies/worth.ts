import { addVersion, type Belief, observe, priorBelief } from "../../../src/retraining/worth/filter.ts";
import { gainOfTraining, isWorthTraining } from "../../../src/retraining/worth/decide.ts";
import { levelOf, type WorthVersion, type WorthWindow } from "../../../src/retraining/worth/evidence.ts";
import type { WorthPrior } from "../../../src/retraining/worth/prior.ts";
import type { Look, Policy, Step } from "../../../src/backtest/losses/replay.ts";
import type { View } from "../view.ts";

/** Perennial's rule: trains when that is worth more than waiting. @param priorFor the prior of all other sets */
export const worthPolicy = (priorFor: (set: string) => WorthPrior, name = "worth"): Policy<View> => ({
  name,
  start: (view, alpha) => {
    const prior = priorFor(view.matrix.set);
    let beliefs: Belief[] | null = null;
    let learned = 0;
    const added = new Set<number>();
    const addVersions = (step: Step, before: number) => {
      for (const { at, through, rows } of newestPerWindow(step)) {
        if (added.has(at) || through >= before) continue;
        added.add(at);
        for (const belief of beliefs!) {
          addVersion(belief, { id: `${at}`, through, rows }, { serving: `${step.serving}` });
        }
      }
    };
    return (step) => {
      beliefs ??= priorBeliefs(step, view, prior);
      for (; learned < step.known; learned++) {
        addVersions(step, learned);
        const window = windowOf(step, learned);
        for (const belief of beliefs) observe(belief, window);
      }
      addVersions(step, Infinity);
      const question = {
        serving: `${step.serving}`,
        next: step.next && { through: step.next.through, rows: step.next.rows },
        window: step.t,
        price: alpha,
        horizon: prior.horizon,
        caution: prior.caution,
        passes: 1,
      };
      if (!isWorthTraining(beliefs, question)) return { kind: "keep" };
      return { kind: "train", gain: gainOfTraining(beliefs, question) };
    };
  },
});

/** One version for each newest window: where no labels came, a training gave the same again. The one that serves stays. */
function newestPerWindow({ versions, serving }: Step) {
  const byWindow = new Map<number, Step["versions"][number]>();
  for (const version of versions) {
    const other = byWindow.get(version.through);
    if (!other || other.at !== serving) byWindow.set(version.through, version);
  }
  return [...byWindow.values()];
}

function priorBeliefs(step: Step, view: View, prior: WorthPrior): Belief[] {
  const history = newestPerWindow(step).map(({ at, through, rows }): WorthVersion => ({
    id: `${at}`,
    through,
    rows,
  }));
  const windows: WorthWindow[] = [];
  for (let j = 0; view.knownAt(j) <= view.start; j++) windows.push(windowOf(step, j));
  const level = levelOf(history, windows);
  const { rows } = history.find(({ id }) => id === `${step.serving}`)!;
  return prior.regimes.map((regime) => priorBelief(regime, { level, rows }));
}

/** What the versions lost on a block, and how exactly neighbours among them can be compared. */
function windowOf(
  { versions, seen, pairSe }: Pick<Look, "versions" | "seen" | "pairSe">,
  j: number,
): WorthWindow {
  const scored = versions.filter(({ at, through }) => through < j && !Number.isNaN(seen(at, j))).slice(-14);
  const losses = scored.map(({ at }) => ({ version: `${at}`, loss: seen(at, j) }));
  const pairs = scored.flatMap((older, i) =>
    scored.slice(i + 1).flatMap((newer) => {
      const error = pairSe(older.at, newer.at, j);
      if (Number.isNaN(error)) return [];
      const difference = seen(older.at, j) - seen(newer.at, j);
      return [{ older: `${older.at}`, newer: `${newer.at}`, difference, error }];
    })
  );
  return { number: j, losses, pairs, alarm: false };
}
