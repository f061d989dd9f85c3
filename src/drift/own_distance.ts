import { z } from "zod";
import { addNamed } from "../core/named.ts";
import { type Detector, DETECTORS } from "./detectors.ts";
import { samplesOf } from "./sample.ts";
import type { Table } from "./table.ts";

/** A distance of the operator's, which runs elsewhere. */
export interface OwnDistance {
  readonly name: string;
  /** of each column; null: it does not apply */
  distances(reference: Table, current: Table): Promise<(number | null)[]>;
}

/** The answer of an operator's distance, as it can be told. */
export const OwnDistances = z.array(z.number().min(0).nullable());

const OWN: OwnDistance[] = [];

/** Every distance of the operator's files. */
export const OWN_DISTANCES: readonly OwnDistance[] = OWN;

/** Lets a distance stand beside ours from now on. @throws {RangeError} another has its name */
export function addDistance(distance: OwnDistance): void {
  if (DETECTORS.some(({ name }) => name === distance.name)) {
    throw new RangeError(`another has the name "${distance.name}"`);
  }
  addNamed(OWN, distance);
}

/** Asks an operator's distance of every column that it is for, in the thread that runs its file. */
export function distances(distance: Detector, reference: Table, current: Table): (number | null)[] {
  const now = samplesOf(current);
  return samplesOf(reference).map((then, i) => {
    const valued = then.sorted.length > 0 && now[i].sorted.length > 0;
    const isFor = distance.of === "both" || distance.of === then.kind;
    return valued && isFor ? distance.compare(then, now[i]) : null;
  });
}
