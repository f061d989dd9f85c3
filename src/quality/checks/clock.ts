import { tailBeside } from "../students.ts";
import { type Check, DAY_MS, isTroubled, type Tested, type View } from "../view.ts";
import { dayText } from "../words.ts";

/** One odd day is no clock: some shops open late once a week. */
const LENGTHS = [2, 4, 7] as const, BLOCKS_MIN = 8, VISITS_MIN = 5;
/** The hour people shop at moves with the season: only so many days before say what is usual. */
const PAST_DAYS = 56;
/** Hours by which the clock must be off to matter. */
const SHIFT_MIN = 0.6;
/** Where visits are spread around the clock like this, the mean hour says nothing (length of the mean vector, 0 to 1). */
const CONCENTRATION_MIN = 0.15;

/** The mean hour of some visits as a vector: its angle is the time of day, its length how concentrated they are. */
interface Mean {
  x: number;
  y: number;
  visits: number;
}

/**
 * The visits of whole days come at other hours than they did: a time zone, a clock.
 * Null: the circular mean hour of a stretch differs from the usual one as those of past stretches of that length did.
 */
export const clockShift: Check = (view) => {
  const usable = view.days.filter(({ day }) =>
    !isTroubled(view, day, { kind: "clock shift", subject: "hour of the day" })
  );
  let looked = 0,
    best: { p: number; first: number; last: number; shift: number; visits: number } | null = null;
  for (const last of view.hoursDone === 24 ? view.fresh : view.fresh.slice(0, -1)) {
    for (const length of LENGTHS) {
      const first = last - length + 1;
      const past = usable.filter(({ day }) => day < first && day >= first - PAST_DAYS);
      const usual = meanOf(past), now = meanOf(view.days.filter(({ day }) => day >= first && day <= last));
      const blocks = Map.groupBy(past, ({ day }) => Math.floor((first - 1 - day) / length));
      const means = [...blocks.values()].map(meanOf).filter(({ visits }) => visits >= VISITS_MIN);
      const concentrated = Math.hypot(usual.x, usual.y) >= CONCENTRATION_MIN * usual.visits;
      if (means.length < BLOCKS_MIN || now.visits < VISITS_MIN || !concentrated) continue;
      looked++;
      const shift = hoursBetween(usual, now);
      const noisier = Math.max(1, means.reduce((sum, m) => sum + m.visits, 0) / means.length / now.visits);
      const offs = means.map((mean) => hoursBetween(usual, mean));
      const p = Math.min(1, 2 * tailBeside(shift, offs, { side: shift > 0 ? "above" : "below", noisier }));
      if (Math.abs(shift) >= SHIFT_MIN && (best === null || p < best.p)) {
        best = { p, first, last, shift, visits: now.visits };
      }
    }
  }
  if (looked === 0) return [];
  return [{ p: best ? Math.min(1, best.p * looked) : 1, found: best && describe(view, best) }];
};

function meanOf(days: readonly { hours: readonly number[] }[]): Mean {
  const mean = { x: 0, y: 0, visits: 0 };
  for (const { hours } of days) {
    hours.forEach((visits, hour) => {
      const angle = 2 * Math.PI * (hour + 0.5) / 24;
      mean.x += visits * Math.cos(angle);
      mean.y += visits * Math.sin(angle);
      mean.visits += visits;
    });
  }
  return mean;
}

/** From one mean hour to another, -12 to 12. */
function hoursBetween(a: Mean, b: Mean): number {
  const hours = (Math.atan2(b.y, b.x) - Math.atan2(a.y, a.x)) * 12 / Math.PI;
  return hours > 12 ? hours - 24 : hours < -12 ? hours + 24 : hours;
}

function describe(
  view: View,
  { first, last, shift, visits }: { first: number; last: number; shift: number; visits: number },
): Tested["found"] {
  const days = view.days.filter(({ day }) => day >= first && day <= last);
  const summerTime = Math.abs(Math.abs(shift) - 1) <= SHIFT_MIN && clocksChanged(first - AFTER_DAYS, last);
  return {
    ...{
      kind: "clock shift",
      subject: "hour of the day",
      means: summerTime ? "passing" : "broken",
      share: 1,
    },
    rows: days.reduce((sum, { events }) => sum + events, 0),
    fromMs: first * DAY_MS,
    toMs: Math.min(view.evidence.asOfMs, (last + 1) * DAY_MS),
    text:
      `visits come ${Math.abs(shift).toFixed(1)} hours ${
        shift > 0 ? "later" : "earlier"
      } in the day than usual, since ` +
      `${dayText(first * DAY_MS)}; ` +
      (summerTime
        ? "people changed their clocks these days: nothing to mend"
        : "look for a clock or a time zone that was changed where the events are made"),
    evidence: { hours: shift, visits, days: last - first + 1, summerTime },
  };
}

/** An hour is put down to summer time for so long after it began or ended. */
const AFTER_DAYS = 14;

/** Whether summer time begins or ends within some days, in Europe (last Sunday of March, October) or North America. */
function clocksChanged(first: number, last: number): boolean {
  for (let day = first; day <= last; day++) {
    const date = new Date(day * DAY_MS), [month, of] = [date.getUTCMonth() + 1, date.getUTCDate()];
    if (date.getUTCDay() !== 0) continue;
    if (
      (month === 3 || month === 10) && of > 24 || month === 3 && of > 7 && of < 15 || month === 11 && of < 8
    ) return true;
  }
  return false;
}
