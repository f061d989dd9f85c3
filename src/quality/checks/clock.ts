import { DAY_MS } from "../../core/time.ts";
import { tailBeside } from "../../stats/prediction.ts";
import type { DayProfile } from "../profile.ts";
import { type Check, type Draft, isTroubled, type View } from "../view.ts";
import { dayText } from "../format.ts";

/** One odd day is no clock: some shops open late once a week. */
const LENGTHS = [2, 4, 7] as const;
const BLOCKS_MIN = 8;
const VISITS_MIN = 5;
/** The hour people shop at moves with the season: only so many days before say what is usual. */
const PAST_DAYS = 56;
/** Hours by which the clock must be off to matter. */
const SHIFT_MIN = 0.6;
/** Below this concentration around the clock the mean hour says nothing (length of the mean vector, 0 to 1). */
const CONCENTRATION_MIN = 0.15;

/** The mean hour of some visits as a vector: its angle is the time of day, its length how concentrated they are. */
interface Mean {
  readonly x: number;
  readonly y: number;
  readonly visits: number;
}

/**
 * The visits of whole days come at other hours than they did: a time zone, a clock.
 * Null: the circular mean hour of a stretch, each day beside its own weekday's, is off as those of past stretches of that
 * length were.
 */
export const clockShift: Check = (view) => {
  const usable = view.days.filter(({ day }) => !isTroubled(view, day, { kind: KIND, subject: SUBJECT }));
  const ends = view.hoursDone === 24 ? view.fresh : view.fresh.slice(0, -1);
  const shifts = ends.flatMap((last) =>
    LENGTHS.flatMap((length) => shiftOf(view.days, usable, { first: last - length + 1, last }) ?? [])
  );
  if (shifts.length === 0) return [];
  const [worst] = shifts.filter(({ hours }) => Math.abs(hours) >= SHIFT_MIN).sort((a, b) => a.p - b.p);
  return [{
    p: worst ? Math.min(1, worst.p * shifts.length) : 1,
    found: worst ? describe(view, worst) : null,
  }];
};

const KIND = "clock shift";
const SUBJECT = "hour of the day";

/** By how many hours a stretch is off, and the chance of that. */
interface Shift {
  readonly p: number;
  readonly first: number;
  readonly last: number;
  readonly hours: number;
  readonly visits: number;
}

/** Null: too little history, too few visits, or visits at every hour. */
function shiftOf(
  days: readonly DayProfile[],
  usable: readonly DayProfile[],
  { first, last }: { first: number; last: number },
): Shift | null {
  const past = usable.filter(({ day }) => day < first && day >= first - PAST_DAYS);
  const beside = besideWeekdays(past);
  const now = beside(days.filter(({ day }) => day >= first && day <= last));
  const blocks = Map.groupBy(past, ({ day }) => Math.floor((first - 1 - day) / (last - first + 1)));
  const means = [...blocks.values()].map(beside).filter(({ visits }) => visits >= VISITS_MIN);
  const all = beside(past);
  const concentrated = Math.hypot(all.x, all.y) >= CONCENTRATION_MIN * all.visits;
  if (means.length < BLOCKS_MIN || now.visits < VISITS_MIN || !concentrated) return null;
  const hours = hoursOf(now);
  const noisier = Math.max(1, means.reduce((sum, { visits }) => sum + visits, 0) / means.length / now.visits);
  const side = hours > 0 ? "above" : "below";
  const p = Math.min(1, 2 * tailBeside(hours, means.map(hoursOf), { side, noisier }));
  return { p, first, last, hours, visits: now.visits };
}

/** Sums up visits of some days as vectors, each turned back by the usual hour of its weekday: angle 0 is as usual. */
function besideWeekdays(past: readonly DayProfile[]): (days: readonly DayProfile[]) => Mean {
  const all = meanOf(past, 0);
  const weekdays = Map.groupBy(past, ({ day }) => day % 7);
  const usual = new Map([...weekdays].map(([weekday, days]) => [weekday, hoursOf(meanOf(days, 0))]));
  return (days) =>
    days.map((day) => meanOf([day], usual.get(day.day % 7) ?? hoursOf(all))).reduce(
      (sum, { x, y, visits }) => ({ x: sum.x + x, y: sum.y + y, visits: sum.visits + visits }),
      { x: 0, y: 0, visits: 0 },
    );
}

/** @param from hour that angle 0 stands for */
function meanOf(days: readonly DayProfile[], from: number): Mean {
  let x = 0;
  let y = 0;
  let visits = 0;
  for (const { hours } of days) {
    hours.forEach((n, hour) => {
      const angle = 2 * Math.PI * (hour + 0.5 - from) / 24;
      x += n * Math.cos(angle);
      y += n * Math.sin(angle);
      visits += n;
    });
  }
  return { x, y, visits };
}

/** The angle of a mean in hours, -12 to 12. */
const hoursOf = ({ x, y }: Mean): number => Math.atan2(y, x) * 12 / Math.PI;

function describe(
  view: View,
  { first, last, hours, visits }: Shift,
): Draft {
  const days = view.days.filter(({ day }) => day >= first && day <= last);
  const summerTime = Math.abs(Math.abs(hours) - 1) <= SHIFT_MIN && clocksChanged(first - AFTER_DAYS, last);
  return {
    kind: KIND,
    subject: SUBJECT,
    means: summerTime ? "passing" : "broken",
    share: 1,
    rows: days.reduce((sum, { events }) => sum + events, 0),
    fromMs: first * DAY_MS,
    toMs: Math.min(view.evidence.asOfMs, (last + 1) * DAY_MS),
    text:
      `visits come ${Math.abs(hours).toFixed(1)} hours ${
        hours > 0 ? "later" : "earlier"
      } in the day than usual, since ` +
      `${dayText(first * DAY_MS)}; ` +
      (summerTime
        ? "people changed their clocks these days: nothing to mend"
        : "look for a clock or a time zone that was changed where the events are made"),
    evidence: { hours, visits, days: last - first + 1, summerTime },
  };
}

/** An hour is put down to summer time for so long after it began or ended. */
const AFTER_DAYS = 14;

/** Whether summer time begins or ends within some days, in Europe (last Sunday of March, October) or North America. */
function clocksChanged(first: number, last: number): boolean {
  for (let day = first; day <= last; day++) {
    const date = new Date(day * DAY_MS);
    const [month, of] = [date.getUTCMonth() + 1, date.getUTCDate()];
    if (date.getUTCDay() !== 0) continue;
    if (
      (month === 3 || month === 10) && of > 24 || month === 3 && of > 7 && of < 15 || month === 11 && of < 8
    ) return true;
  }
  return false;
}
