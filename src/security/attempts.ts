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
  const made: number[] = [];
  return {
    begin() {
      while (made.length > 0 && made[0] <= clock() - perMs) made.shift();
      if (made.length >= max) return made[0] + perMs - clock();
      made.push(clock());
      return 0;
    },
    succeeded: () => void made.pop(),
  };
}
