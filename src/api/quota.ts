import type { Clock } from "../core/clock.ts";
import { ApiFault } from "./problem.ts";

/** Counts what one shop may have of this process a second. */
export interface Quota {
  /** To be asked before a body is read. @throws {ApiFault} more was taken than the rate allows */
  enter(): void;
  /** Takes so many off. */
  take(count: number): void;
}

/** So many seconds' worth may come at once. */
const BURST_S = 10;

/** Lets everything through. */
export const UNBOUNDED: Quota = { enter: () => undefined, take: () => undefined };

/**
 * A bucket of tokens that is filled by so many a second, up to ten seconds' worth. One request may overdraw it: what it holds is
 * known only once it was read. Then nothing more is let in until the debt is paid.
 * @param options.perSecond left out: without bound   @param options.what that is counted, for who is refused
 */
export function createQuota(
  { perSecond, what, clock }: { perSecond: number | undefined; what: string; clock: Clock },
): Quota {
  if (perSecond === undefined) return UNBOUNDED;
  let tokens = perSecond * BURST_S;
  let filledMs = clock();
  const fill = () => {
    const nowMs = clock();
    const sinceS = Math.max(0, nowMs - filledMs) / 1000; // a clock that was set back takes nothing away
    tokens = Math.min(perSecond * BURST_S, tokens + sinceS * perSecond);
    filledMs = nowMs;
  };
  return {
    enter() {
      fill();
      if (tokens > 0) return;
      const waitS = Math.max(1, Math.ceil(-tokens / perSecond));
      throw new QuotaExceededError(
        `This process takes ${perSecond} ${what} a second: send it again in ${waitS} s`,
        waitS,
      );
    },
    take(count) {
      tokens -= count;
    },
  };
}

/** More was sent than the quota allows; it may be sent again later. */
export class QuotaExceededError extends ApiFault {
  override name = "QuotaExceededError";
  constructor(message: string, override readonly retryAfterS: number) {
    super("too-many", message);
  }
}

/** The database is looked at so often. */
const LOOK_EVERY_MS = 30_000;
const GB = 1e9;

/**
 * Returns what refuses events once the database is as large as it may be.
 * @param options.maxGb left out: without bound   @param options.readBytes how large it is
 * @throws {ApiFault} from what is returned: it is full
 */
export function storedQuota(
  { maxGb, readBytes, clock }: { maxGb: number | undefined; readBytes: () => Promise<number>; clock: Clock },
): () => Promise<void> {
  if (maxGb === undefined) return () => Promise.resolve();
  let last: { atMs: number; bytes: Promise<number> } | null = null;
  return async () => {
    if (last === null || clock() - last.atMs >= LOOK_EVERY_MS) last = { atMs: clock(), bytes: readBytes() };
    const looked = last;
    const bytes = await looked.bytes.catch((error) => {
      if (last === looked) last = null; // the next request looks again
      throw error;
    });
    if (bytes < maxGb * GB) return;
    const has = (bytes / GB).toFixed(2);
    throw new ApiFault(
      "storage-full",
      `The database has ${has} GB, and may have ${maxGb}: no events are taken until retention or a larger ` +
        "PERENNIAL_STORED_GB_MAX makes room",
    );
  };
}
