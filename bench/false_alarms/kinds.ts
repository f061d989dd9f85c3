import { gaussian, type Random } from "../../src/core/random.ts";
import type { Pool } from "./shoppers.ts";

/** Rows drawn from one unchanging distribution. */
export interface Rows {
  /** row-major [rows, width] */
  readonly values: Float32Array;
  /** same number: drawn as a whole; only of dependent rows */
  readonly clusters?: Int32Array;
}

/** One feature moved, and nothing else. */
export interface Move {
  readonly about: string;
  readonly feature: number;
  /** how far: standard deviations, of categories the share of the rows */
  readonly by: readonly number[];
  /** the value of a row once moved */
  readonly value: (before: number, by: number, random: Random) => number;
}

/** One kind of data that does not change, and ways to change one feature of it. */
export interface Kind {
  readonly name: string;
  readonly features: readonly string[];
  readonly categorical: boolean;
  readonly dependent: boolean;
  readonly draw: (rows: number, random: Random) => Rows;
  readonly moves: readonly Move[];
}

const WIDTH = 10;
const SHIFTS = [0.2, 0.3, 0.5];
const numbered = Array.from({ length: WIDTH }, (_, i) => `f${i}`);

const normal: Kind = {
  name: "normal",
  features: numbered,
  categorical: false,
  dependent: false,
  draw: (rows, random) => {
    const next = gaussian(random);
    return { values: Float32Array.from({ length: rows * WIDTH }, next) };
  },
  moves: [{ about: "+ d sd", feature: 0, by: SHIFTS, value: (x, by) => x + by }],
};

/** Prices and amounts move by a factor: by d standard deviations of their logarithm. */
const scaled = (feature: number, sdOfLog: number, about: string): Move => ({
  about,
  feature,
  by: SHIFTS,
  value: (x, by) => x * Math.exp(by * sdOfLog),
});

const lognormal: Kind = {
  ...normal,
  name: "lognormal",
  draw: (rows, random) => ({ values: normal.draw(rows, random).values.map(Math.exp) }),
  moves: [scaled(0, 1, "x exp(d sd of the log)")],
};

/** The number of categories of each feature; their shares fall as `1 / rank^1.5`, the rarest of 20 is below 1 %. */
const CATEGORIES = [6, 2, 3, 4, 5, 8, 10, 12, 16, 20];

const categorical: Kind = {
  name: "categorical",
  features: numbered,
  categorical: true,
  dependent: false,
  draw: (rows, random) => {
    const upTo = CATEGORIES.map(cumulativeShares);
    return {
      values: Float32Array.from({ length: rows * WIDTH }, (_, at) => {
        const u = random();
        const ends = upTo[at % WIDTH];
        let code = 0;
        while (u >= ends[code]) code++;
        return code;
      }),
    };
  },
  moves: [{
    about: "share d moved from the commonest category to the next",
    feature: 0,
    by: [0.05, 0.1, 0.2],
    value: (code, by, random) => code === 0 && random() < by / cumulativeShares(CATEGORIES[0])[0] ? 1 : code,
  }],
};

function cumulativeShares(categories: number): number[] {
  const weights = Array.from({ length: categories }, (_, i) => (i + 1) ** -1.5);
  const total = weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  return weights.map((w, i) => i === categories - 1 ? 1 : sum += w / total);
}

/** Rows of real shoppers, one each, drawn with replacement. */
export function shoppersKind(name: string, pool: Pool, moves: readonly Move[]): Kind {
  const dependent = pool.clusters.some((rows) => rows.length > 1);
  return {
    name,
    features: pool.features,
    categorical: false,
    dependent,
    draw: (rows, random) => resample(pool, rows, random),
    moves,
  };
}

/** Whole clusters, drawn with replacement until there are so many rows; the last one may be cut off. */
function resample({ clusters, features }: Pool, rows: number, random: Random): Rows {
  const width = features.length;
  const values = new Float32Array(rows * width);
  const ids = new Int32Array(rows);
  for (let row = 0, id = 0; row < rows; id++) {
    const cluster = clusters[Math.floor(random() * clusters.length)];
    for (let i = 0; i < cluster.length && row < rows; i++, row++) {
      values.set(cluster[i], row * width);
      ids[row] = id;
    }
  }
  return { values, clusters: ids };
}

/** A positive amount of the pool, moved by a factor. */
export function scaledIn(pool: Pool, feature: string): Move {
  const at = pool.features.indexOf(feature);
  const logs = pool.clusters.flat().map((row) => Math.log(row[at])).filter(Number.isFinite);
  return scaled(at, deviation(logs), `${feature} x exp(d sd of the log)`);
}

/**
 * A feature of the pool whose mean moves by d standard deviations because rows with larger values come more often
 * (weights `exp(t x)`, values capped at the 99th percentile): it stays the whole numbers that it is.
 */
export function tiltedIn(pool: Pool, feature: string): Move {
  const at = pool.features.indexOf(feature);
  const values = pool.clusters.flat().map((row) => row[at]).sort((a, b) => a - b);
  const cap = values[Math.floor(0.99 * values.length)];
  const kept = values.filter((x) => x <= cap);
  const upTo = new Map(SHIFTS.map((by) => [by, tilted(kept, by)]));
  return {
    about: `${feature}, its mean + d sd by more of the larger`,
    feature: at,
    by: SHIFTS,
    value: (_before, by, random) => {
      const ends = upTo.get(by)!;
      const u = random() * ends[ends.length - 1];
      let low = 0;
      let high = ends.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (u < ends[middle]) high = middle;
        else low = middle + 1;
      }
      return kept[low];
    },
  };
}

/** Cumulative weights `exp(t (x - max))`, with t so that the mean lies `by` standard deviations higher. */
function tilted(values: readonly number[], by: number): Float64Array {
  const sd = deviation(values);
  const aim = meanOf(values) + by * sd;
  const top = values[values.length - 1];
  const weights = (t: number) => values.map((x) => Math.exp(t * (x - top)));
  let low = 0;
  let high = 20 / sd;
  for (let i = 0; i < 60; i++) {
    const t = (low + high) / 2;
    const w = weights(t);
    const total = w.reduce((a, b) => a + b, 0);
    if (values.reduce((sum, x, j) => sum + w[j] * x, 0) / total < aim) low = t;
    else high = t;
  }
  let sum = 0;
  return Float64Array.from(weights(low), (w) => sum += w);
}

const meanOf = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;

function deviation(x: readonly number[]): number {
  const mean = meanOf(x);
  return Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length);
}

export const SIMULATED: readonly Kind[] = [normal, lognormal, categorical];
