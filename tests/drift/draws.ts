import { gaussian, type Random } from "../../src/core/random.ts";
import type { Table } from "../../src/drift/table.ts";

/** One value of a feature, drawn. @param shift moves it by so many standard deviations of a normal number */
export type Draw = (random: Random, shift: number) => number;

const normal = (random: Random) => gaussian(random)();

export const DRAWS = {
  normal: (random, shift) => normal(random) + shift,
  lognormal: (random, shift) => Math.exp(normal(random) + shift),
  "mostly zero": (random, shift) => Math.max(0, normal(random) - 1 + shift),
  "rarely missing": (random) => random() < 0.01 ? NaN : normal(random),
  counts: (random, shift) => Math.floor(Math.exp(normal(random) + shift)),
} satisfies Record<string, Draw>;

/** A category: a few frequent ones and a tail of rare ones. */
export const category: Draw = (random, shift) => {
  const at = random();
  return at < 0.5 - shift ? 0 : at < 0.75 ? 1 : at < 0.95 ? 2 : 3 + Math.floor(30 * random());
};

/** A table of independent features, the first of which is moved. */
export function drawTable(
  random: Random,
  { rows, features, draw, kind = "numeric", shift = 0 }: {
    rows: number;
    features: number;
    draw: Draw;
    kind?: Table["kinds"][number];
    shift?: number;
  },
): Table {
  const values = Float32Array.from(
    { length: rows * features },
    (_, i) => draw(random, i % features === 0 ? shift : 0),
  );
  return tableOf(values, features, kind);
}

/** A table of shoppers (or days) whose rows resemble each other, and which row is whose. */
export function drawClusters(
  random: Random,
  { first, sizes, alike, shift = 0, levels = new Map<number, number[]>() }: {
    /** number of the first cluster; the others follow */
    first: number;
    /** rows of each cluster */
    sizes: readonly number[];
    /** share of the variance that a cluster's rows have in common */
    alike: number;
    shift?: number;
    /** what clusters that were drawn before have in common */
    levels?: Map<number, number[]>;
  },
): { table: Table; clusters: Int32Array } {
  const features = 4;
  const rows: number[][] = [];
  const clusters: number[] = [];
  sizes.forEach((size, i) => {
    const level = levels.get(first + i) ?? Array.from({ length: features }, () => normal(random));
    levels.set(first + i, level);
    for (let r = 0; r < size; r++) {
      rows.push(level.map((own) => Math.sqrt(alike) * own + Math.sqrt(1 - alike) * normal(random) + shift));
      clusters.push(first + i);
    }
  });
  return { table: tableOf(Float32Array.from(rows.flat()), features), clusters: Int32Array.from(clusters) };
}

export function tableOf(
  values: Float32Array,
  features: number,
  kind: Table["kinds"][number] = "numeric",
): Table {
  return {
    names: Array.from({ length: features }, (_, f) => `feature ${f}`),
    kinds: Array.from({ length: features }, () => kind),
    rows: values.length / features,
    values,
  };
}

/** Least and most successes that a chance gives in so many trials, but once in 10,000 times on either side. */
export function binomialRange(trials: number, chance: number): [number, number] {
  const reach = 3.72 * Math.sqrt(trials * chance * (1 - chance));
  return [Math.floor(trials * chance - reach), Math.ceil(trials * chance + reach)];
}
