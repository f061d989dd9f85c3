import { countsIn, quantileBins } from "./bins.ts";
import { ksDistance, wassersteinDistance } from "./distribution.ts";
import { needValues, type Sample } from "./sample.ts";
import { chiSquare, jensenShannon, psi, totalVariation } from "./shares.ts";

/** A distance between two windows of one feature. What counts as far is not its business: see windows.ts. */
export interface Detector {
  readonly name: string;
  readonly of: "numeric" | "categorical" | "both";
  /** false: of numbers it matters which window is the reference, for the bins are taken from it */
  readonly symmetric: boolean;
  /** @returns >= 0; 0 between a sample and itself   @throws {InsufficientDataError} a sample holds no value */
  compare(reference: Sample, current: Sample): number;
}

/** Bins that distances of numbers by shares use; the value that is missing is one more. */
const NUMERIC_BINS = 10;

/** Ours: every distance that comes with Perennial. */
export const DETECTORS: readonly Detector[] = [
  { name: "psi", of: "both", symmetric: false, compare: (r, c) => psi(...referenceCounts(r, c)) },
  { name: "ks", of: "numeric", symmetric: true, compare: of(ksDistance) },
  { name: "wasserstein", of: "numeric", symmetric: true, compare: of(wassersteinDistance) },
  {
    name: "jensen-shannon",
    of: "both",
    symmetric: true,
    compare: (r, c) => jensenShannon(...pooledCounts(r, c)),
  },
  {
    name: "chi-square",
    of: "categorical",
    symmetric: true,
    compare: (r, c) => chiSquare(...pooledCounts(r, c)).statistic,
  },
  {
    name: "total-variation",
    of: "categorical",
    symmetric: true,
    compare: (r, c) => totalVariation(...pooledCounts(r, c)),
  },
];

function of(distance: (a: Float32Array, b: Float32Array) => number): Detector["compare"] {
  return (reference, current) => {
    needValues(reference, current);
    return distance(reference.sorted, current.sorted);
  };
}

type Counts = [reference: Float64Array, current: Float64Array];

/** Rows per bin, the bins by quantiles of both samples together; of categories per code. */
function pooledCounts(reference: Sample, current: Sample): Counts {
  needValues(reference, current);
  const { reference: r, current: c } = quantileBins(reference, current, binsOf(reference));
  return [r, c];
}

/** Rows per bin, the bins by quantiles of the reference, as is usual for PSI; of categories per code. */
function referenceCounts(reference: Sample, current: Sample): Counts {
  if (reference.kind === "categorical") return pooledCounts(reference, current);
  needValues(reference, current);
  const { ends } = quantileBins(reference, { ...current, sorted: new Float32Array(0) }, NUMERIC_BINS);
  return [countsIn(ends, reference), countsIn(ends, current)];
}

const binsOf = ({ kind }: Sample) => kind === "categorical" ? Infinity : NUMERIC_BINS;
