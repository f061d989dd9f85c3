import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import type { Sql } from "../db/connect.ts";
import { getSetting, putSetting } from "../db/settings.ts";

const Pinned = z.union([z.iso.datetime().transform(Date.parse), z.number()]);

/** The moment that checks and predictions hold for, ms since the epoch, and whether it stands still. */
export interface Moment {
  asOfMs: number;
  clock: "wall" | "pinned";
}

/** The clock of an installation: setting `pinned_as_of` (a demo stands where its data end), else now. */
export async function currentMoment(sql: Sql, clock: Clock): Promise<Moment> {
  const pinned = await getSetting(sql, "pinned_as_of");
  if (pinned === null) return { asOfMs: clock(), clock: "wall" };
  return { asOfMs: Pinned.parse(pinned), clock: "pinned" };
}

/** `currentMoment` without saying whether it is pinned; ms since the epoch. */
export const currentAsOf = async (sql: Sql, clock: Clock): Promise<number> =>
  (await currentMoment(sql, clock)).asOfMs;

/** The moment after which an event lies in the future: now, or where a pinned clock stands; ms since the epoch. */
export const latestEventMs = async (sql: Sql, clock: Clock): Promise<number> =>
  Math.min(clock(), await currentAsOf(sql, clock));

/** The clock of an installation, and perhaps where it stood when this process last heard of it. */
interface ClockDeps {
  readonly sql: Sql;
  readonly clock: Clock;
  /** held in memory, a moment behind at most; left out: asked for each time */
  readonly moment?: () => Moment;
}

/**
 * Judges by the moment that is held in memory. Should that put anything into the future, it is judged again by the
 * database's: a pinned clock may just have moved on.
 * @returns what was judged, and the moment that it was judged by
 */
export async function judgedInTime<T>(
  { sql, clock, moment }: ClockDeps,
  judge: (nowMs: number) => T[],
  isAhead: (judged: T) => boolean,
): Promise<{ judged: T[]; nowMs: number }> {
  if (moment) {
    const nowMs = Math.min(clock(), moment().asOfMs);
    const judged = judge(nowMs);
    if (!judged.some(isAhead)) return { judged, nowMs };
  }
  const nowMs = await latestEventMs(sql, clock);
  return { judged: judge(nowMs), nowMs };
}

/** Makes the installation's clock stand still at a moment: a demo's data end long before today. */
export const pinMoment = (sql: Sql, asOfMs: number): Promise<void> =>
  putSetting(sql, "pinned_as_of", new Date(asOfMs).toISOString());
