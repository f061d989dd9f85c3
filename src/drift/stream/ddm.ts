import type { Alarm, StreamDetector, StreamDetectorKind } from "./detector.ts";
import { checkError, readState } from "./state.ts";

const NAME = "ddm";
const WARM_UP = 30;
const DEVIATIONS = 3;

interface State {
  name: typeof NAME;
  seen: number;
  /** share of errors, and its standard deviation, where their sum was lowest; null: none yet */
  rate: number;
  lowest: { rate: number; deviation: number } | null;
}

/**
 * Drift Detection Method on 0/1 errors. With the share `p_t` of errors so far and `s_t = sqrt(p_t (1 - p_t) / t)`: alarm
 * when `p_t + s_t > p_min + 3 s_min`, where the lowest `p + s` since the 31st number was reached. Sees only rises.
 * Source: Gama, Medas, Castillo, Rodrigues, Learning with Drift Detection (SBIA 2004).
 */
export class Ddm implements StreamDetector {
  readonly name = NAME;
  constructor(private s: State) {}

  get seen(): number {
    return this.s.seen;
  }

  update(x: number): Alarm | null {
    const { s } = this;
    checkError(x, "binary");
    s.seen += 1;
    s.rate += (x - s.rate) / s.seen;
    if (s.seen <= WARM_UP) return null;
    const deviation = Math.sqrt(Math.max(0, s.rate * (1 - s.rate)) / s.seen);
    if (s.lowest === null || s.rate + deviation <= s.lowest.rate + s.lowest.deviation) {
      s.lowest = { rate: s.rate, deviation };
    }
    if (!(s.rate + deviation > s.lowest.rate + DEVIATIONS * s.lowest.deviation)) return null;
    this.s = begin();
    return "up";
  }

  state(): State {
    return structuredClone(this.s);
  }
}

const begin = (): State => ({ name: NAME, seen: 0, rate: 0, lowest: null });

export const ddm: StreamDetectorKind = {
  name: NAME,
  budgeted: false,
  kinds: ["binary"],
  source: "Gama et al., Learning with Drift Detection (SBIA 2004); 3 standard deviations",
  create({ kind }) {
    if (kind === "binary") return new Ddm(begin());
    throw new RangeError(`Cannot watch errors of kind "${kind}" with ${NAME}: need 0 or 1`);
  },
  restore: (state) => new Ddm(readState<State>(state, NAME)),
};
