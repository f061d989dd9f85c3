import { seededRandom } from "../../src/core/random.ts";

/** A value of one set and seed. */
export interface Unit {
  readonly set: string;
  readonly seed: number;
  readonly value: number;
}

const ROUNDS = 2_000;

/** Mean over sets, each counting the same, of the mean over their seeds. */
export function meanOverSets(units: readonly Unit[]): number {
  return mean([...bySet(units).values()].map(mean));
}

/** The 95 % interval of {@link meanOverSets}: sets are drawn with replacement, and seeds within each. */
export function interval(units: readonly Unit[], seed = 1): [number, number] {
  const sets = [...bySet(units).values()];
  const random = seededRandom(seed);
  const draw = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)];
  const means = Array.from({ length: ROUNDS }, () =>
    mean(sets.map(() => {
      const values = draw(sets);
      return mean(values.map(() => draw(values)));
    })));
  means.sort((a, b) => a - b);
  return [means[Math.floor(0.025 * ROUNDS)], means[Math.ceil(0.975 * ROUNDS) - 1]];
}

function bySet(units: readonly Unit[]): Map<string, number[]> {
  const values = new Map<string, Map<number, number[]>>();
  for (const { set, seed, value } of units) {
    const seeds = values.get(set) ?? new Map<number, number[]>();
    seeds.set(seed, [...seeds.get(seed) ?? [], value]);
    values.set(set, seeds);
  }
  return new Map([...values].map(([set, seeds]) => [set, [...seeds.values()].map(mean)]));
}

export const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
