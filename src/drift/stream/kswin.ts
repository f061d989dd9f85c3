import { mix32, seededRandom } from "../../core/random.ts";
import type { Alarm, ErrorKind, StreamDetector, StreamDetectorKind } from "./detector.ts";
import { checkError, readState } from "./state.ts";

const NAME = "kswin";
/** River's values: risk of a look, window, how many of its newest numbers are compared, least distance. */
const ALPHA = 0.005;
const WINDOW = 100;
const NEWEST = 30;
const LEAST = 0.1;

interface State {
  name: typeof NAME;
  kind: ErrorKind;
  seed: number;
  /** numbers read in all, which fix the draws */
  tick: number;
  seen: number;
  window: number[];
}

/** Places in `0 .. WINDOW - NEWEST - 1` of the older numbers compared at a tick, each at most once. */
export type Draw = (tick: number) => readonly number[];

/**
 * KSWIN: the 30 newest of a window of 100 against 30 drawn from the 70 older ones, by the two-sample Kolmogorov-Smirnov
 * test at each number; alarm when p <= 0.005 and the distance exceeds 0.1. It then begins anew, as river's does.
 * Source: Raab, Heusinger, Schleif, Reactive Soft Prototype Computing for Concept Drift Streams (Neurocomputing 2020).
 */
export class Kswin implements StreamDetector {
  readonly name = NAME;
  constructor(private s: State, private readonly draw: Draw = drawBy(s.seed)) {}

  get seen(): number {
    return this.s.seen;
  }

  update(x: number): Alarm | null {
    const { s } = this;
    checkError(x, s.kind);
    s.tick += 1;
    s.seen += 1;
    s.window.push(x);
    if (s.window.length > WINDOW) s.window.shift();
    if (s.window.length < WINDOW) return null;
    const older = this.draw(s.tick).map((at) => s.window[at]);
    const { distance, p } = ksOfEqualSizes(older, s.window.slice(-NEWEST));
    if (!(p <= ALPHA && distance > LEAST)) return null;
    this.s = { ...s, seen: 0, window: [] };
    return "either";
  }

  state(): State {
    return structuredClone(this.s);
  }
}

/** Draws that follow from the seed and the tick alone, so that nothing but the tick need be kept. */
const drawBy = (seed: number): Draw => (tick) => {
  const random = seededRandom(mix32(seed) + tick);
  const places = Array.from({ length: WINDOW - NEWEST }, (_, i) => i);
  for (let i = 0; i < NEWEST; i++) {
    const j = i + Math.floor(random() * (places.length - i));
    [places[i], places[j]] = [places[j], places[i]];
  }
  return places.slice(0, NEWEST);
};

/**
 * Two-sample Kolmogorov-Smirnov test of samples of the same size `n`: the largest gap `h / n` between the empirical
 * distributions, and its exact p-value without ties `2 sum_k (-1)^(k-1) C(2n, n - k h) / C(2n, n)`, `k = 1, 2, ...`
 * Source: Gnedenko, Korolyuk (1951).
 */
export function ksOfEqualSizes(a: readonly number[], b: readonly number[]): { distance: number; p: number } {
  const n = a.length;
  const x = a.toSorted((u, v) => u - v);
  const y = b.toSorted((u, v) => u - v);
  let h = 0;
  for (let i = 0, j = 0; i < n && j < n;) {
    const value = Math.min(x[i], y[j]);
    while (i < n && x[i] <= value) i++;
    while (j < n && y[j] <= value) j++;
    h = Math.max(h, Math.abs(i - j));
  }
  if (h === 0) return { distance: 0, p: 1 };
  let p = 0;
  let sign = 2;
  for (let reach = h; reach <= n; reach += h, sign = -sign) p += sign * outside(n, reach);
  return { distance: h / n, p: Math.min(1, Math.max(0, p)) };
}

/** `C(2n, n - h) / C(2n, n)` */
function outside(n: number, h: number): number {
  let ratio = 1;
  for (let i = 0; i < h; i++) ratio *= (n - i) / (n + i + 1);
  return ratio;
}

/** At its start. */
export const begin = (kind: ErrorKind, seed: number): State => ({
  name: NAME,
  kind,
  seed,
  tick: 0,
  seen: 0,
  window: [],
});

export const kswin: StreamDetectorKind = {
  name: NAME,
  budgeted: false,
  kinds: ["binary", "real"],
  source: "Raab, Heusinger, Schleif, Reactive Soft Prototype Computing (Neurocomputing 2020); alpha 0.005",
  create: ({ kind, seed }) => new Kswin(begin(kind, seed)),
  restore: (state) => new Kswin(readState<State>(state, NAME)),
};
