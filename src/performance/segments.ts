/** A shopper's features by name; NaN where there is nothing to say. */
export type FeatureValues = (feature: string) => number;

/** Kinds of shoppers that a model may serve differently well; the first that fits is the shopper's. */
const SEGMENTS: readonly { readonly name: string; readonly fits: (value: FeatureValues) => boolean }[] = [
  { name: "new, under 90 days", fits: (value) => value("tenure") < 90 },
  { name: "no basket", fits: (value) => value("baskets_all") < 1 },
  { name: "one basket", fits: (value) => value("baskets_all") < 2 },
  { name: "2 to 5 baskets", fits: (value) => value("baskets_all") < 6 },
  { name: "6 or more baskets", fits: () => true },
];

/** The segment of a shopper, from the features as they were when the prediction was made. */
export const segmentOf = (value: FeatureValues): string => SEGMENTS.find(({ fits }) => fits(value))!.name;

/** The names of all segments, in the order in which they are told. */
export const SEGMENT_NAMES: readonly string[] = SEGMENTS.map(({ name }) => name);
