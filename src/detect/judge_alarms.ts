import type { Alarm } from "../drift/stream/detector.ts";
import type { Change } from "./changes.ts";

/** When a detector spoke, and what it said. */
export interface AlarmAt {
  readonly row: number;
  readonly direction: Alarm;
}

/** Alarms against the truth. Rows are places in the file, from 0. */
export interface Judged {
  /** per change, in their order: rows from its first row to its detection; null: missed */
  readonly delays: readonly (number | null)[];
  /** rows of alarms that no change stands behind */
  readonly falseAlarms: readonly number[];
  /** rows of further alarms while a change that was found already was still going on */
  readonly repeated: readonly number[];
  /** errors read per false alarm; null: there was none */
  readonly meanTimeBetweenFalseAlarms: number | null;
  /** null: nothing to find */
  readonly missedRatio: number | null;
  /** of those found; null: none was */
  readonly meanTimeToDetect: number | null;
}

/**
 * The first alarm from a change on and before the next one is its detection. A further one is repeated while that change
 * goes on (gradual ones do), and false afterwards; so is any before the first change.
 * The three ratios are those of Bifet, Classifier Concept Drift Detection and the Illusion of Progress (2017).
 * @param errors how many were read
 */
export function judgeAlarms(alarms: readonly AlarmAt[], changes: readonly Change[], errors: number): Judged {
  const delays: (number | null)[] = changes.map(() => null);
  const falseAlarms: number[] = [];
  const repeated: number[] = [];
  for (const { row } of alarms) {
    const index = changes.findLastIndex((change) => change.row <= row);
    if (index < 0) falseAlarms.push(row);
    else if (delays[index] === null) delays[index] = row - changes[index].row;
    else (row <= changes[index].until ? repeated : falseAlarms).push(row);
  }
  const known = delays.filter((delay) => delay !== null);
  return {
    delays,
    falseAlarms,
    repeated,
    meanTimeBetweenFalseAlarms: falseAlarms.length > 0 ? errors / falseAlarms.length : null,
    missedRatio: changes.length > 0 ? 1 - known.length / changes.length : null,
    meanTimeToDetect: known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null,
  };
}
