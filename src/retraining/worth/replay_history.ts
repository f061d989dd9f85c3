/** The rule, replayed on the history that it has learned from: how often it would have trained at another price. */
import { isWorthTraining, type WorthInput } from "./decide.ts";
import { levelOf, type WorthVersion } from "./evidence.ts";
import { addVersion, observe, priorBelief } from "./filter.ts";

/**
 * Returns how often the rule would have trained at a price. What a training that never was would have given is forecast
 * as for any version that has met no outcome yet; stored ones bring what they lost.
 */
export function trainingsAt(input: WorthInput, price: number): number {
  const { versions, windows, regimes, overlap, horizon, caution, passes, next } = input;
  const newest = windows[windows.length - 1];
  if (!newest) return 0;
  const ahead = input.window - newest.number;
  const rowsThrough = rowsBy(versions, next);
  const level = levelOf(versions, windows);
  const beliefs = regimes.map((regime) => priorBelief(regime, { level, rows: versions[0].rows }));
  const added = new Set<number>();
  let serving = versions[0].id;
  const add = (version: WorthVersion) => {
    if (added.has(version.through)) return;
    added.add(version.through);
    for (const belief of beliefs) addVersion(belief, version, { serving });
  };
  let trainings = 0;
  for (const window of windows) {
    for (const version of versions) if (version.through < window.number) add(version);
    for (const belief of beliefs) observe(belief, window, { overlap });
    const { number } = window;
    const fresh = versions.find(({ through }) => through === number) ??
      { id: `at ${number}`, through: number, rows: rowsThrough(number) };
    const question = { serving, next: fresh, window: number + ahead, price, horizon, caution, passes };
    if (!beliefs[0].versions.some(({ id }) => id === serving) || !isWorthTraining(beliefs, question)) {
      continue;
    }
    trainings++;
    add(fresh);
    serving = fresh.id;
  }
  return trainings;
}

/** Rows that are labelled by a window: as many more with each as on average. */
function rowsBy(versions: readonly WorthVersion[], next: WorthInput["next"]): (window: number) => number {
  const last = next ?? versions[versions.length - 1];
  return (window) => Math.max(1, last.rows * (window + 1) / (last.through + 1));
}
