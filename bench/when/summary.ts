import { mean, meanOverSets, type Unit } from "./bootstrap.ts";
import { NOW, RECALIBRATING } from "./policies/mod.ts";
import { BEST_PERIOD, type Result } from "./run.ts";

/** How late labels are, as the report groups it. */
export const GROUPS = ["at once", "later", "natural"] as const;
export type Group = typeof GROUPS[number];

export const groupOf = ({ delay }: Result): Group =>
  typeof delay === "string" ? "natural" : delay === 0 ? "at once" : "later";

/** Ours, and the policies that nobody can follow: neither is a peer. */
export const BEFORE = "Perennial before";
const NOT_PEERS = new Set([NOW, RECALIBRATING, BEFORE, BEST_PERIOD]);

/** Below this gain of the oracle there is next to nothing to decide about. */
export const LITTLE = 0.02;

export const excess = ({ cost, oracle }: Result) => cost / oracle - 1;
export const headroom = ({ never, always, oracle }: Result) => Math.min(never, always) / oracle - 1;

/** Sets, in their order, with the mean gain of the oracle on the better of never and always. */
export function headroomBySet(results: readonly Result[]): Map<string, number> {
  const sets = [...new Set(results.map(({ set }) => set))];
  return new Map(sets.map((set) => [
    set,
    mean(results.filter((r) => r.set === set && r.policy === "never").map(headroom)),
  ]));
}

export const policiesOf = (results: readonly Result[]) => [...new Set(results.map(({ policy }) => policy))];

export const peersOf = (results: readonly Result[]) =>
  policiesOf(results).filter((name) => !NOT_PEERS.has(name));

/** Excess over the oracle of one policy, mean over sets. */
export const meanExcess = (results: readonly Result[], policy: string) =>
  meanOverSets(unitsOf(results.filter((r) => r.policy === policy), excess));

export const unitsOf = (results: readonly Result[], value: (result: Result) => number): Unit[] =>
  results.map((r) => ({ set: r.set, seed: r.seed, value: value(r) }));

/** The peer of least mean excess. */
export function bestPeer(results: readonly Result[]): string {
  const peers = peersOf(results).filter((name) => coversAll(results, name));
  return peers.reduce((best, name) => meanExcess(results, name) < meanExcess(results, best) ? name : best);
}

/** A detector of errors has nothing to say where the loss is not 0 or 1. */
function coversAll(results: readonly Result[], policy: string): boolean {
  const sets = new Set(results.map(({ set }) => set));
  return new Set(results.filter((r) => r.policy === policy).map(({ set }) => set)).size === sets.size;
}

/** Differences of two policies' excess, pair by pair of the same set, learner, seed, delay and price. */
export function pairedExcess(results: readonly Result[], ours: string, theirs: string): Unit[] {
  const keyOf = ({ set, learner, seed, delay, level }: Result) =>
    [set, learner, seed, delay, level].join(" ");
  const other = new Map(results.filter((r) => r.policy === theirs).map((r) => [keyOf(r), excess(r)]));
  return results.filter((r) => r.policy === ours && other.has(keyOf(r))).map((r) => ({
    set: r.set,
    seed: r.seed,
    value: excess(r) - other.get(keyOf(r))!,
  }));
}

/** How trainings were placed, summed over the results. */
export function placement(results: readonly Result[]) {
  const sum = (of: (result: Result) => number) => results.reduce((total, r) => total + of(r), 0);
  const trainings = sum((r) => r.placement.trainings);
  const hits = sum((r) => r.placement.hits);
  return {
    trainings: trainings / sum((r) => r.decisions),
    precision: trainings > 0 ? sum((r) => r.placement.paid) / trainings : NaN,
    hits: hits / sum((r) => r.placement.episodes),
    lag: hits > 0 ? sum((r) => r.placement.lag) / hits : NaN,
  };
}

/** Share of the oracle's gain on the better of never and always that a policy made, in costs summed over prices. */
export function shareOfHeadroom(results: readonly Result[], policy: string): number {
  const own = results.filter((r) => r.policy === policy);
  const bySet = [...new Set(own.map(({ set }) => set))].map((set) => {
    const rows = own.filter((r) => r.set === set);
    const gain = (of: (r: Result) => number) =>
      mean(rows.map((r) => (Math.min(r.never, r.always) - of(r)) / r.oracle));
    return gain((r) => r.cost) / gain((r) => r.oracle);
  });
  return mean(bySet);
}
