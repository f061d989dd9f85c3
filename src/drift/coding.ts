import { binOf, quantileBins } from "./bins.ts";
import type { Sample } from "./sample.ts";

/** Every value of a feature as a small number. */
export interface Coding {
  /** number of codes; the last stands for rows without a value */
  readonly bins: number;
  readonly codeOf: (value: number) => number;
  /** rows per code, shape `[bins]` */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** upper ends of the bins of a number, and which of them hold one value; categories: null */
  readonly ends: { readonly at: Float32Array; readonly atoms: readonly boolean[] } | null;
}

/** Bins of a number. More would gain nothing: 32 lose one part in a thousand of what ranks know of a location shift. */
const NUMERIC_BINS = 32;
/** Categories told apart; the others count as one. */
const CATEGORIES_MAX = 31;
/** Rows, of both windows together, below which a category is not told apart. */
const CATEGORY_ROWS_MIN = 5;

export function codingOf(reference: Sample, current: Sample): Coding {
  return reference.kind === "numeric"
    ? numericCoding(reference, current)
    : categoricalCoding(reference, current);
}

function numericCoding(reference: Sample, current: Sample): Coding {
  const bins = quantileBins(reference, current, NUMERIC_BINS);
  return {
    bins: bins.ends.length + 1,
    codeOf: (value) => binOf(bins.ends, value),
    reference: bins.reference,
    current: bins.current,
    ends: { at: bins.ends, atoms: bins.atoms },
  };
}

function categoricalCoding(reference: Sample, current: Sample): Coding {
  const found = quantileBins(reference, current, Infinity);
  const rows = (i: number) => found.reference[i] + found.current[i];
  const categories = Array.from(found.ends, (_, i) => i).sort((a, b) => rows(b) - rows(a) || a - b)
    .filter((i, rank) => rank < CATEGORIES_MAX && rows(i) >= CATEGORY_ROWS_MIN);
  const other = categories.length;
  const missing = other + 1;
  const bins = missing + 1;
  const codes = new Map(categories.map((i, code) => [found.ends[i], code]));
  const codeOf = (value: number) => Number.isFinite(value) ? codes.get(value) ?? other : missing;
  const merged = (counts: Float64Array) => {
    const into = new Float64Array(bins);
    found.ends.forEach((value, i) => into[codeOf(value)] += counts[i]);
    into[missing] = counts[found.ends.length];
    return into;
  };
  return { bins, codeOf, reference: merged(found.reference), current: merged(found.current), ends: null };
}
