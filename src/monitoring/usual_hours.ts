import { DAY_MS, HOUR_MS } from "../core/time.ts";

/** One hour's events beside those of the same hour and weekday before. */
export interface HourPoint {
  at: string;
  events: number;
  /** smallest, middle and largest of the weeks before; null: fewer than three of them are known */
  usual: { low: number; middle: number; high: number; weeks: number } | null;
}

const WEEKS_MIN = 3;

/**
 * The hours of the newest days up to a moment. A day without a profile that lies between the first and the last known one
 * had no events.
 * @param options.days events by hour, UTC, of days that are over
 * @param options.today the same of the last day, up to the moment
 */
export function hoursBesideUsual(
  { days, today, asOfMs, shownDays, weeks }: {
    days: readonly { day: number; hours: readonly number[] }[];
    today: readonly number[];
    asOfMs: number;
    shownDays: number;
    weeks: number;
  },
): HourPoint[] {
  if (days.length === 0 && today.every((events) => events === 0)) return [];
  const byDay = new Map(days.map(({ day, hours }) => [day, hours]));
  const lastDay = Math.floor(asOfMs / DAY_MS);
  const firstKnown = Math.min(lastDay, ...days.map(({ day }) => day));
  byDay.set(lastDay, today);
  const countAt = (day: number, hour: number) => day < firstKnown ? null : byDay.get(day)?.[hour] ?? 0;
  const points: HourPoint[] = [];
  for (
    let hourMs = Math.max(firstKnown, lastDay - shownDays) * DAY_MS;
    hourMs + HOUR_MS <= asOfMs;
    hourMs += HOUR_MS
  ) {
    const day = Math.floor(hourMs / DAY_MS);
    const hour = hourMs % DAY_MS / HOUR_MS;
    const before = Array.from({ length: weeks }, (_, i) => countAt(day - 7 * (i + 1), hour)).filter((n) =>
      n !== null
    );
    points.push({ at: new Date(hourMs).toISOString(), events: countAt(day, hour)!, usual: usualOf(before) });
  }
  return points;
}

function usualOf(before: number[]): HourPoint["usual"] {
  if (before.length < WEEKS_MIN) return null;
  const sorted = before.sort((a, b) => a - b);
  const n = sorted.length;
  const middle = (sorted[(n - 1) >> 1] + sorted[n >> 1]) / 2;
  return { low: sorted[0], middle, high: sorted[n - 1], weeks: n };
}
