import { beginScan, type ChangeScan, hasRisen, scanNext } from "./change_scan.ts";
import type { Alarm, ErrorKind, StreamDetector, StreamDetectorKind } from "./detector.ts";
import { checkError, readState } from "./state.ts";

const NAME = "shiryaev-roberts";
/** Shorter run lengths are over before a reference has been read. */
const SHORTEST_RUN = 100;
/** Numbers that set the levels for errors of any size; shares of them below a level, and multiples of the highest such. */
const LEVEL_SAMPLE = 64;
const SHARES = [0.5, 0.75, 0.9];
const MULTIPLES = [2, 4];

interface State {
  name: typeof NAME;
  kind: ErrorKind;
  runLength: number;
  seen: number;
  /** numbers read while there are no levels yet */
  sample: number[];
  levels: Level[];
}

/** Whether an error exceeds a level, over all errors and over those of each group. */
interface Level {
  above: number;
  all: ChangeScan;
  groups: Record<number, ChangeScan>;
}

/**
 * Ours: alarm as soon as the Shiryaev-Roberts statistic of a change reaches `runLength`, the mean time between false
 * alarms that is accepted. Both sides; what was before is learned from the stream itself, and its uncertainty counted.
 *
 * Errors of 0 and 1 enter as they are. Of others only whether they exceed the median, the 75th and the 90th percentile
 * of the first 64, and twice and four times the last: so that no tail is too heavy, and the few rows on which a model
 * fails badly are seen. The levels only choose what is looked at; how often each is exceeded is learned afterwards. The alarm
 * is judged on the mean of the statistics of the levels that some numbers exceed and some do not.
 *
 * Where groups are given (what the model said), half of the statistic is the sum of the groups' own ones: a model may
 * become better at one answer and worse at another, with as many errors in all. After `n` numbers these sum up to `n` on
 * average too, so the run length stays what it is.
 *
 * Assumes that errors are independent while nothing changes; errors that come in clumps alarm earlier.
 * Source of the statistic and its run length: `change_scan.ts`.
 */
export class ShiryaevRoberts implements StreamDetector {
  readonly name = NAME;
  constructor(private s: State) {}

  get seen(): number {
    return this.s.seen;
  }

  update(x: number, group?: number): Alarm | null {
    const { s } = this;
    checkError(x, s.kind);
    s.seen += 1;
    if (s.levels.length === 0) {
      s.sample.push(x);
      if (s.sample.length === LEVEL_SAMPLE) setLevels(s);
      return null;
    }
    for (const level of s.levels) scanLevel(level, x > level.above ? 1 : 0, group);
    const telling = s.levels.filter(({ all }) => all.ones > 0 && all.ones < all.n);
    const sum = telling.reduce((total, level) => total + statisticOf(level), 0);
    if (telling.length === 0 || sum < s.runLength * telling.length) return null;
    this.s = begin(s.kind, s.runLength);
    return direction(s.levels);
  }

  state(): State {
    return structuredClone(this.s);
  }
}

function scanLevel({ all, groups }: Level, x: number, group?: number): void {
  scanNext(all, x);
  if (group !== undefined) scanNext(groups[group] ??= beginScan(), x);
}

function statisticOf({ all, groups }: Level): number {
  let sum = 0;
  let isGrouped = false;
  for (const group in groups) {
    sum += groups[group].statistic;
    isGrouped = true;
  }
  return isGrouped ? (all.statistic + sum) / 2 : all.statistic;
}

/**
 * Returns the direction of a change: "either" where all errors together show none, since they rose in one group and
 * fell in another.
 */
function direction(levels: readonly Level[]): Alarm {
  const { all } = levels.reduce((most, level) => statisticOf(level) > statisticOf(most) ? level : most);
  if (all.statistic <= all.n) return "either";
  return hasRisen(all) ? "up" : "down";
}

/** Distinct levels: shares of the sample, and multiples of the highest of them. */
function setLevels(s: State): void {
  const sorted = s.sample.toSorted((a, b) => a - b);
  const shares = SHARES.map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  const multiples = MULTIPLES.map((multiple) => multiple * shares[shares.length - 1]);
  s.levels = [...new Set([...shares, ...multiples])].map(beginLevel);
  s.sample = [];
}

const beginLevel = (above: number): Level => ({ above, all: beginScan(), groups: {} });

function begin(kind: ErrorKind, runLength: number): State {
  const levels = kind === "binary" ? [beginLevel(0.5)] : [];
  return { name: NAME, kind, runLength, seen: 0, sample: [], levels };
}

export const shiryaevRoberts: StreamDetectorKind = {
  name: NAME,
  budgeted: true,
  kinds: ["binary", "real"],
  source: "Shiryaev (1963), Roberts (1966); run length as in Shin, Ramdas, Rinaldo, E-detectors (2022)",
  create({ kind, runLength }) {
    if (runLength >= SHORTEST_RUN && runLength < Infinity) {
      return new ShiryaevRoberts(begin(kind, runLength));
    }
    throw new RangeError(`Cannot watch with a run length of ${runLength}: need >= ${SHORTEST_RUN}`);
  },
  restore: (state) => new ShiryaevRoberts(readState<State>(state, NAME)),
};
