import type { Clock } from "../core/clock.ts";

/** Bounds how often something may fail. */
export interface Attempts {
  /** Ms until the next attempt may be made; 0: it may now, and counts from now on until `succeeded` takes it back. */
  begin(): number;
  succeeded(): void;
}

/**
 * At most `max` failed attempts within `perMs`, whoever makes them: an address is no person behind a proxy. An attempt
 * counts while it runs, so that many at once gain nothing.
 */
export function createAttempts(clock: Clock, { max, perMs }: { max: number; perMs: number }): Attempts {
  const attemptsMs: number[] = [];
  return {
    begin() {
      while (attemptsMs.length > 0 && attemptsMs[0] <= clock() - perMs) attemptsMs.shift();
      if (attemptsMs.length >= max) return attemptsMs[0] + perMs - clock();
      attemptsMs.push(clock());
      return 0;
    },
    succeeded: () => void attemptsMs.pop(),
  };
}
