import { DAY_MS } from "../core/time.ts";

/**
 * The first cut-off of a shop that names none: on a grid that does not move when older events arrive late (whole steps
 * from Monday, 1970-01-05), once `activeDays` of events lie before it.
 */
export function firstCutoff(
  { firstEventMs, activeDays, stepDays }: { firstEventMs: number; activeDays: number; stepDays: number },
): number {
  const step = stepDays * DAY_MS;
  const monday = 4 * DAY_MS;
  return monday + Math.ceil((firstEventMs + activeDays * DAY_MS - monday) / step) * step;
}

/**
 * The cut-offs whose outcomes are complete at `asOfMs`: a fixed grid from `firstMs`, so that rows built once are used again.
 * @returns ms since the epoch, oldest first, at most the newest `max`
 */
export function labelledCutoffs(
  { firstMs, asOfMs, stepDays, horizonDays, max }: {
    firstMs: number;
    asOfMs: number;
    stepDays: number;
    horizonDays: number;
    max: number;
  },
): number[] {
  const step = stepDays * DAY_MS;
  const last = Math.floor((asOfMs - horizonDays * DAY_MS - firstMs) / step);
  const from = Math.max(0, last - max + 1);
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, i) => firstMs + (from + i) * step);
}
