import { messageOf } from "../core/errors.ts";
import { FEATURES } from "../features/definition.ts";

/** A shopper's features by name; NaN where there is nothing to say. */
export type FeatureValues = (feature: string) => number;

/** A kind of shoppers. */
export interface OwnSegment {
  /** lower case, as people read it */
  readonly name: string;
  /** whether a shopper is of this kind, by features as they were when the prediction was made */
  readonly fits: (value: FeatureValues) => boolean;
}

/** Of a model with segments of its own: those whom none of them fits. */
export const OTHERS = "others";

/** Says what is wrong with a model's own segments; null: nothing. */
export function segmentsFault(
  { segments = [], ownFeatures = [] }: {
    segments?: readonly OwnSegment[];
    ownFeatures?: readonly { readonly name: string }[];
  },
): string | null {
  const names = segments.map(({ name }) => name);
  const taken = names.find((name, i) =>
    names.indexOf(name) !== i || name === OTHERS || name.startsWith("big spender")
  );
  if (taken !== undefined) return `segments: "${taken}" is taken`;
  const known = [...FEATURES, ...ownFeatures.map(({ name }) => name)];
  const value = (feature: string) => {
    if (known.includes(feature)) return 1;
    throw new RangeError(`there is no feature "${feature}"`);
  };
  for (const { name, fits } of segments) {
    try {
      if (typeof fits(value) !== "boolean") return `segments: "${name}" has to answer true or false`;
    } catch (error) {
      return `segments: "${name}" fails: ${messageOf(error)}`;
    }
  }
  return null;
}
