import { type AlarmAt, judgeAlarms, type Judged } from "../../src/detect/judge_alarms.ts";
import { defaultRunLength } from "../../src/detect/mod.ts";
import { STREAM_DETECTORS } from "../../src/drift/stream/mod.ts";
import type { RiverFound, WatchedStream } from "./streams.ts";

/** One detector on one stream, against the truth. */
export interface Outcome {
  readonly detector: string;
  readonly stream: string;
  readonly family: string;
  readonly group: WatchedStream["group"];
  readonly errors: number;
  readonly judged: Judged;
  /** rows from each change to the next, or to the end */
  readonly room: readonly number[];
}

export const OURS = "ours";
export const OURS_ALONE = "ours, errors alone";
/** Those of the literature are in the product too: their alarms must be river's. */
const SHARED = ["adwin", "page-hinkley", "ddm"];

/** Where one of our detectors speaks, as places among the errors. */
function alarmsOf(name: string, stream: WatchedStream, groups?: ArrayLike<number>): number[] {
  const kind = STREAM_DETECTORS.find((one) => one.name === name)!;
  const detector = kind.create({ kind: stream.kind, runLength: defaultRunLength(stream), seed: 1 });
  const at: number[] = [];
  stream.errors.forEach((error, i) => {
    if (detector.update(error, groups?.[i]) !== null) at.push(i);
  });
  return at;
}

/** Every detector on every stream. `differing`: streams on which a detector of ours does not say what river's says. */
export function compareAll(
  streams: readonly WatchedStream[],
  river: RiverFound,
): { outcomes: Outcome[]; compared: number; differing: string[] } {
  const outcomes: Outcome[] = [];
  const differing: string[] = [];
  let compared = 0;
  for (const stream of streams) {
    const found = river.alarms[stream.name];
    const add = (detector: string, at: readonly number[]) =>
      outcomes.push(
        outcomeOf(detector, stream, at.map((i) => ({ row: stream.rows[i], direction: "either" }))),
      );
    add(OURS, alarmsOf("shiryaev-roberts", stream, stream.groups));
    add(OURS_ALONE, alarmsOf("shiryaev-roberts", stream));
    for (const [name, at] of Object.entries(found)) add(name, at);
    for (const name of SHARED.filter((one) => one in found)) {
      compared += 1;
      if (String(alarmsOf(name, stream)) !== String(found[name])) differing.push(`${name} on ${stream.name}`);
    }
  }
  return { outcomes, compared, differing };
}

function outcomeOf(detector: string, stream: WatchedStream, alarms: readonly AlarmAt[]): Outcome {
  const { name, family, group, changes, errors, rows } = stream;
  const end = rows[rows.length - 1] + 1;
  return {
    detector,
    stream: name,
    family,
    group,
    errors: errors.length,
    judged: judgeAlarms(alarms, changes, errors.length),
    room: changes.map(({ row }, i) => (changes[i + 1]?.row ?? end) - row),
  };
}

/** One detector over some outcomes. */
export interface Sums {
  readonly changes: number;
  readonly found: number;
  /** rows, over those found; null: none */
  readonly delay: number | null;
  /** rows, where a missed change counts with all its rows until the next */
  readonly waited: number | null;
  readonly falseAlarms: number;
  readonly repeated: number;
  readonly errors: number;
  /** streams with a false alarm, and all */
  readonly disturbed: number;
  readonly streams: number;
}

export function sumUp(outcomes: readonly Outcome[]): Sums {
  const delays = outcomes.flatMap(({ judged }) => judged.delays);
  const room = outcomes.flatMap((one) => one.room);
  const found = delays.filter((delay) => delay !== null);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const mean = (values: readonly number[]) => values.length > 0 ? sum(values) / values.length : null;
  return {
    changes: delays.length,
    found: found.length,
    delay: mean(found),
    waited: mean(delays.map((delay, i) => delay ?? room[i])),
    falseAlarms: sum(outcomes.map(({ judged }) => judged.falseAlarms.length)),
    repeated: sum(outcomes.map(({ judged }) => judged.repeated.length)),
    errors: sum(outcomes.map(({ errors }) => errors)),
    disturbed: outcomes.filter(({ judged }) => judged.falseAlarms.length > 0).length,
    streams: outcomes.length,
  };
}
