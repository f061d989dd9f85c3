import type { Clock } from "../core/clock.ts";

interface Limit {
  /** failures that are let pass ... */
  max: number;
  /** ... within this time */
  perMs: number;
}

/** Bounds how often something may fail, counted by who tries and what is tried. */
export interface Attempts {
  /** Ms until the next attempt may be made; 0: it may now, and counts from now on until `succeeded` takes it back. */
  begin(counted: readonly string[]): number;
  succeeded(counted: readonly string[]): void;
}

const COUNTED_MAX = 10_000;

/**
 * At most `max` failed attempts within `perMs` for each thing that is counted, as an address or the beginning of a key: so
 * that who guesses shuts out nobody else. An attempt counts while it runs, so that many at once gain nothing.
 */
export function createAttempts(clock: Clock, { max, perMs }: Limit): Attempts {
  const attemptsMs = new Map<string, number[]>();
  const recent = (counted: string): number[] => {
    const kept = (attemptsMs.get(counted) ?? []).filter((ms) => ms > clock() - perMs);
    attemptsMs.delete(counted);
    if (attemptsMs.size >= COUNTED_MAX) attemptsMs.delete(attemptsMs.keys().next().value!);
    attemptsMs.set(counted, kept);
    return kept;
  };
  return {
    begin(counted) {
      const all = counted.map(recent);
      const full = all.filter((ms) => ms.length >= max);
      if (full.length > 0) return Math.max(...full.map((ms) => ms[ms.length - max] + perMs - clock()));
      for (const ms of all) ms.push(clock());
      return 0;
    },
    succeeded(counted) {
      for (const one of counted) attemptsMs.get(one)?.pop();
    },
  };
}
