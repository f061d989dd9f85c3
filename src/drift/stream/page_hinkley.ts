import type { Alarm, ErrorKind, StreamDetector, StreamDetectorKind } from "./detector.ts";
import { checkError, readState } from "./state.ts";

const NAME = "page-hinkley";
/** The literature's usual values, and river's. */
const START = 30;
const SLACK = 0.005;
const THRESHOLD = 50;
const KEPT = 0.9999;

interface State {
  name: typeof NAME;
  kind: ErrorKind;
  seen: number;
  mean: number;
  /** sums of what exceeded, and fell short of, the running mean by more than the slack */
  rise: number;
  fall: number;
  /** null: none yet */
  lowestRise: number | null;
  highestFall: number;
}

/**
 * Page-Hinkley test on both sides. With the running mean `m_t` and `d_t = x_t - m_t`:
 * `up_t = 0.9999 up_(t-1) + d_t - 0.005`, `down_t = 0.9999 down_(t-1) + d_t + 0.005`; alarm when `up_t - min up > 50` or
 * `max down - down_t > 50`, from the 30th number on. The largest "down" starts at -1, as river has it.
 * Source: Page, Continuous Inspection Schemes (Biometrika 1954).
 */
export class PageHinkley implements StreamDetector {
  readonly name = NAME;
  constructor(private s: State) {}

  get seen(): number {
    return this.s.seen;
  }

  update(x: number): Alarm | null {
    const { s } = this;
    checkError(x, s.kind);
    s.seen += 1;
    s.mean += (x - s.mean) / s.seen;
    s.rise = KEPT * s.rise + (x - s.mean) - SLACK;
    s.fall = KEPT * s.fall + (x - s.mean) + SLACK;
    s.lowestRise = Math.min(s.lowestRise ?? Infinity, s.rise);
    s.highestFall = Math.max(s.highestFall, s.fall);
    if (s.seen < START) return null;
    const up = s.rise - s.lowestRise > THRESHOLD;
    if (!up && !(s.highestFall - s.fall > THRESHOLD)) return null;
    this.s = begin(s.kind);
    return up ? "up" : "down";
  }

  state(): State {
    return { ...this.s };
  }
}

const begin = (kind: ErrorKind): State => ({
  name: NAME,
  kind,
  seen: 0,
  mean: 0,
  rise: 0,
  fall: 0,
  lowestRise: null,
  highestFall: -1,
});

export const pageHinkley: StreamDetectorKind = {
  name: NAME,
  budgeted: false,
  kinds: ["binary", "real"],
  source: "Page, Continuous Inspection Schemes (Biometrika 1954); threshold 50, slack 0.005",
  create: ({ kind }) => new PageHinkley(begin(kind)),
  restore: (state) => new PageHinkley(readState<State>(state, NAME)),
};
