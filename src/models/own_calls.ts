import { type OwnFeature, ownValue } from "../features/own.ts";
import { type PackedDays, unpackDays } from "../features/packed_days.ts";
import { outcomeOf } from "./outcome.ts";

/** What the thread of a model's file does for the process: asks its functions about many shoppers at once. */

/** The part of the default export that is asked. */
type Exported = Parameters<typeof outcomeOf>[0] & { readonly ownFeatures?: readonly OwnFeature[] };

/** The outcomes of shoppers by their days. @throws {OwnCodeError} the label cannot say one: says why */
export function labels(model: Exported, futures: PackedDays): number[] {
  return Array.from(unpackDays(futures), outcomeOf(model));
}

/** When and in which horizon shoppers are seen, in the order of their days. */
export interface Moments {
  readonly asOfMs: readonly number[];
  readonly horizonDays: readonly number[];
}

/**
 * The own features of shoppers: a row each; null where one says nothing.
 * @param given.at shared with who may have to end this thread: the place of the feature that is computed
 * @throws {OwnCodeError} one fails: says which
 */
export function featureRows(
  { ownFeatures = [] }: Exported,
  { days, moments, at }: { days: PackedDays; moments: Moments; at: Int32Array },
): (number | null)[][] {
  const rows: (number | null)[][] = [];
  for (const past of unpackDays(days)) {
    const i = rows.length;
    const seen = Object.freeze({
      days: Object.freeze(past),
      asOfMs: moments.asOfMs[i],
      horizonDays: moments.horizonDays[i],
    });
    rows.push(ownFeatures.map((feature, j) => {
      at[0] = j;
      const value = ownValue(feature, seen);
      return Number.isNaN(value) ? null : value;
    }));
  }
  return rows;
}
