import { withinTime } from "../core/time_limit.ts";
import { type FeatureValues, OTHERS, type OwnSegment } from "../models/own_segments.ts";

/** Kinds of shoppers that a model may serve differently well; the first that fits is the shopper's. */
const SEGMENTS: readonly OwnSegment[] = [
  { name: "new, under 90 days", fits: (value) => value("tenure") < 90 },
  { name: "no basket", fits: (value) => value("baskets_all") < 1 },
  { name: "one basket", fits: (value) => value("baskets_all") < 2 },
  { name: "2 to 5 baskets", fits: (value) => value("baskets_all") < 6 },
  { name: "6 or more baskets", fits: () => true },
];

/**
 * The segment of a shopper, from the features as they were when the prediction was made.
 * @param segments a model's own; left out: ours. Where one fails, the shopper is one of the others; where one loops, all are
 */
export function segmentOf(
  value: FeatureValues,
  segments: readonly OwnSegment[] = SEGMENTS,
  withinMs = WITHIN_MS,
): string {
  const first = () => segments.find(({ fits }) => fits(value))?.name ?? OTHERS;
  if (segments === SEGMENTS) return first();
  if (LOOPING.has(segments)) return OTHERS;
  const late = () => {
    LOOPING.add(segments);
    return new RangeError("a segment loops");
  };
  try {
    return withinTime(withinMs, first, late);
  } catch {
    return OTHERS;
  }
}

const WITHIN_MS = 5_000;
/** Own segments that had to be ended: they are not asked again. */
const LOOPING = new WeakSet<readonly OwnSegment[]>();

/** The names of our segments, in the order in which they are told. */
export const SEGMENT_NAMES: readonly string[] = SEGMENTS.map(({ name }) => name);

/** Shoppers among the tenth that spent most so far are big spenders, whatever else they are. */
const BIG_SPENDER = { name: "big spender, top tenth", feature: "spend_all", share: 0.1 } as const;

/**
 * Returns the rows of each segment: each shopper's kind, and the big spenders among them, who are of some kind as well.
 * @param rows how many there are   @param value a feature of a row   @param segments a model's own; left out: ours
 * @returns row numbers by segment, those without rows left out
 */
export function rowsBySegment(
  rows: number,
  value: (row: number, feature: string) => number,
  segments?: readonly OwnSegment[],
): ReadonlyMap<string, number[]> {
  const rowsOf = new Map<string, number[]>(
    segments
      ? [...segments.map(({ name }) => name), OTHERS].map((name) => [name, []])
      : SEGMENT_NAMES.map((name) => [name, []]),
  );
  const spend = Float64Array.from({ length: rows }, (_, i) => value(i, BIG_SPENDER.feature) || 0);
  const least = [...spend].sort((a, b) => b - a)[Math.max(0, Math.ceil(rows * BIG_SPENDER.share) - 1)] ?? 0;
  rowsOf.set(BIG_SPENDER.name, []);
  for (let i = 0; i < rows; i++) {
    rowsOf.get(segmentOf((feature) => value(i, feature), segments))!.push(i);
    if (spend[i] > 0 && spend[i] >= least) rowsOf.get(BIG_SPENDER.name)!.push(i);
  }
  return new Map([...rowsOf].filter(([, places]) => places.length > 0));
}
