import type { ModelDefinition } from "../models/model.ts";
import { predictionsAt } from "../stats/classes.ts";
import { compare, type UnseenRows } from "./compare.ts";
import type { Evidence } from "./verdict.ts";

/**
 * Compares champion and challenger within each segment of shoppers, as `compare` does over all of them.
 * @param segments the places of each segment's rows, by name; a row may be in several
 */
export function compareSegments(
  { kind, loss }: Pick<ModelDefinition, "kind" | "loss">,
  { target, shopper }: UnseenRows,
  { champion, challenger }: Record<"champion" | "challenger", ArrayLike<number>>,
  segments: Iterable<readonly [segment: string, places: readonly number[]]>,
  options: { cap: number; confidence: number },
): Evidence["segments"] {
  return Array.from(segments, ([segment, places]) => {
    const n = target.length;
    const at = (values: ArrayLike<number>) => predictionsAt(values, n, places);
    const rows = { target: at(target), shopper: Int32Array.from(places, (place) => shopper[place]) };
    const predictions = { champion: at(champion), challenger: at(challenger) };
    const { difference, championLoss } = compare({ kind, loss }, rows, predictions, options);
    return { segment, difference, championLoss };
  });
}
