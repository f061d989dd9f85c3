import type { Sample } from "./sample.ts";

/** Two samples over the same bins, to be drawn: it judges nothing. */
export interface Histogram {
  /** ends of the bins, ascending, shape `[k + 1]`; a bin holds its lower end, the last one its upper end too */
  readonly edges: number[];
  /** rows per bin, shape `[k]` */
  readonly reference: number[];
  readonly current: number[];
  /** rows above the last end; the axis ends where few rows are left, so that a long tail does not hide the rest */
  readonly above: { readonly reference: number; readonly current: number };
  /** rows without a value */
  readonly missing: { readonly reference: number; readonly current: number };
}

const BINS = 16;
/** The axis ends at this part of both samples. */
const SHOWN_PART = 0.98;

/**
 * Bins of equal width from the smallest value to the one below which 98 % of the rows of either sample lie. Whole numbers
 * that fit get a bin each.
 * @returns null where no row of either has a value
 */
export function histogram(reference: Sample, current: Sample, { bins = BINS } = {}): Histogram | null {
  const samples = [reference, current].filter(({ sorted }) => sorted.length > 0);
  if (samples.length === 0) return null;
  const low = Math.min(...samples.map(({ sorted }) => sorted[0]));
  const high = Math.max(
    ...samples.map(({ sorted }) =>
      sorted[Math.min(sorted.length - 1, Math.floor(SHOWN_PART * sorted.length))]
    ),
  );
  const edges = edgesOf(low, high, { bins, whole: samples.every(isWhole) });
  const [then, now] = [reference, current].map((sample) => countsOver(edges, sample));
  return {
    edges,
    reference: then.counts,
    current: now.counts,
    above: { reference: then.above, current: now.above },
    missing: { reference: reference.missing, current: current.missing },
  };
}

const isWhole = ({ sorted }: Sample) => sorted.every(Number.isInteger);

function edgesOf(low: number, high: number, { bins, whole }: { bins: number; whole: boolean }): number[] {
  if (whole) {
    const width = Math.ceil((high - low + 1) / bins);
    const k = Math.ceil((high - low + 1) / width);
    return Array.from({ length: k + 1 }, (_, i) => low + i * width);
  }
  if (high === low) return [low, low + (Math.abs(low) || 1)];
  return Array.from({ length: bins + 1 }, (_, i) => i === bins ? high : low + i * (high - low) / bins);
}

function countsOver(edges: readonly number[], { sorted }: Sample): { counts: number[]; above: number } {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const last = edges[edges.length - 1];
  let bin = 0;
  let above = 0;
  for (const value of sorted) {
    if (value > last) above++;
    else {
      while (bin < counts.length - 1 && value >= edges[bin + 1]) bin++;
      counts[bin]++;
    }
  }
  return { counts, above };
}
