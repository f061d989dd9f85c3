/** What it is worth to train now, against waiting for one window and then doing what is best. */
import type { Lag } from "./filter.ts";

/** How versions will lose from now on, in levels of the loss, beside what all versions will lose alike. */
export interface Outlook {
  readonly lag: Lag;
  /** how much further the learning curve has fallen for a training now than for the version that serves */
  readonly learned: number;
  /** newest labelled window of a training now, less that of the version that serves */
  readonly newer: number;
  /** how much further it falls for a training some windows from now than for one now */
  readonly learnedLater: (windows: number) => number;
  /** share of what a version has fallen behind by that is still there a window later */
  readonly passing: number;
  /** share of it that a version trained one window later has as well */
  readonly inherited: number;
  /** windows from the newest labelled one to the first that would be served */
  readonly ahead: number;
  /** chance that a version trained passes the gate */
  readonly passes: number;
}

/** Returns what the version that serves would lose more than one trained now, in the window `m` from now. */
export function gainOf({ lag, learned, newer, passing, inherited, ahead }: Outlook, m: number): number {
  const there = passing ** (m + ahead);
  return lag.maturity * learned + lag.ageing * newer + (lag.behind - inherited * lag.lack) * there;
}

/**
 * Costs of the next `horizon` windows, trainings included, by dynamic programming over the moment of the newest training:
 * the cheaper of training and keeping at each window after the first. Only differences of the two mean something.
 * @param price of a training, in levels of the loss of one window
 */
export function planOf(
  outlook: Outlook,
  { price, horizon }: { price: number; horizon: number },
): { now: number; waiting: number } {
  const { lag, learned, newer, learnedLater, passing, inherited, ahead, passes } = outlook;
  const kept = lag.maturity * learned + lag.ageing * newer;
  // fresher[m]: what a version trained m windows from now loses less than one trained now, by rows and age
  const fresher = Array.from({ length: horizon }, (_, m) => lag.ageing * m + lag.maturity * learnedLater(m));
  const shares = Array.from({ length: horizon + 1 }, (_, m) => inherited ** m);
  // toCome[m + 1]: cost from a window on, served by the version trained m windows from now; toCome[0]: by the one that serves
  const toCome = new Float64Array(horizon + 1);
  let now = 0;
  let waiting = 0;
  for (let window = horizon - 1; window >= 0; window--) {
    const there = passing ** (window + ahead);
    const trained = price - fresher[window] + lag.lack * shares[window + 1] * there + toCome[window + 1];
    for (let version = 0; version <= window; version++) {
      const loss = version === 0
        ? kept + lag.behind * there
        : lag.lack * shares[version] * there - fresher[version - 1];
      const keep = loss + toCome[version];
      const train = passes * trained + (1 - passes) * (price + keep);
      if (window === 0) {
        now = train;
        waiting = keep;
      }
      toCome[version] = Math.min(keep, train);
    }
  }
  return { now, waiting };
}
