import { HOUR_MS } from "../../core/time.ts";
import { paretoRate } from "../../stats/tails.ts";
import { type Check, type Draft, type View } from "../view.ts";

/** An hour of the week is open when events came in it in half of the weeks before at least. */
const WEEKS = 8;
const WEEKS_MIN = 4;
const OPEN_PART = 0.5;
const WEEK_HOURS = 168;
/** Open hours of history that are needed, and hours without events below which nobody calls anybody. */
const HOURS_MIN = 100;
const RUN_MIN = 3;
/** A shop that is open in fewer hours of the week closes on holidays too: as if so many closed days had been seen. */
const ALWAYS_OPEN = 100;
const HOLIDAYS = 2;
/** So many times the longest silence before is a fact that needs no test. */
const BEYOND = 3;

/** Open hours in a row without an event. */
interface Silence {
  fromHour: number;
  /** the hour after */
  toHour: number;
  hours: number;
}

/**
 * Nothing comes in at hours of the week when events usually do. Null: silences begin as often as before, and the longest
 * of them have a Pareto tail with the index seen (Hill 1975), so that closed days, which come up as silences too, widen
 * what counts as usual.
 */
export const stalledSource: Check = (view) => {
  const { silences, openHours, eventsPerHour } = silencesOf(view);
  const freshHour = view.fresh[0] * 24;
  const open = openHours.filter((hour) => hour < freshHour).length;
  if (open < HOURS_MIN) return [];
  const past = withHolidays(silences.filter(({ toHour }) => toHour <= freshHour), openHours);
  const [now] = silences.filter(({ toHour }) => toHour > freshHour).sort((a, b) => b.hours - a.hours);
  if (!now || now.hours < RUN_MIN) return [{ p: 1, found: null }];
  const looked = Math.max(1, openHours.length - open);
  const isFact = past.length > 0 && now.hours >= BEYOND * past[0];
  return [{
    p: isFact ? null : Math.min(1, looked * paretoRate(now.hours, past, { of: open })),
    found: describe(view, now, { longest: past[0] ?? 0, eventsPerHour, open }),
  }];
};

function describe(
  { evidence: { asOfMs } }: View,
  { fromHour, toHour, hours }: Silence,
  { longest, eventsPerHour, open }: { longest: number; eventsPerHour: number; open: number },
): Draft {
  const since = new Date(fromHour * HOUR_MS).toISOString().slice(0, 16).replace("T", " ");
  return {
    kind: "stalled source",
    subject: "events",
    means: "broken",
    share: 1,
    rows: Math.round(eventsPerHour * hours),
    fromMs: fromHour * HOUR_MS,
    toMs: Math.min(asOfMs, toHour * HOUR_MS),
    text:
      `no event came in ${hours} hours in a row that usually have some, since ${since} UTC, when ${longest} is the ` +
      "longest to be expected; if the shop was not closed, find what stopped, and send again what is lost",
    evidence: { hours, longest, openHours: open },
  };
}

/** Silences, longest first, with the holidays that a shop with closing hours is bound to have. */
function withHolidays(past: readonly Silence[], openHours: readonly number[]): number[] {
  const ofWeek = new Set(openHours.map((hour) => hour % WEEK_HOURS));
  const ofDays = new Set(openHours.map((hour) => Math.floor(hour / 24)));
  const day = Math.round(openHours.length / ofDays.size);
  const holidays = ofWeek.size < ALWAYS_OPEN ? new Array<number>(HOLIDAYS).fill(day) : [];
  return [...past.map(({ hours }) => hours), ...holidays].sort((a, b) => b - a);
}

function silencesOf(view: View): { silences: Silence[]; openHours: number[]; eventsPerHour: number } {
  const { asOfMs } = view.evidence;
  const events = new Map(view.days.map(({ day, eventHours }) => [day, eventHours]));
  const at = (hour: number) => events.get(Math.floor(hour / 24))?.[hour % 24] ?? 0;
  const firstHour = view.days.length > 0 ? view.days[0].day * 24 : Infinity;
  const silences: Silence[] = [];
  const openHours: number[] = [];
  let run: Silence | null = null;
  let seen = 0;
  for (let hour = firstHour + WEEKS_MIN * WEEK_HOURS; (hour + 1) * HOUR_MS <= asOfMs; hour++) {
    if (at(hour) > 0) run = null;
    if (!isOpen(hour, firstHour, at)) continue;
    openHours.push(hour);
    seen += at(hour);
    if (at(hour) > 0) continue;
    if (!run) silences.push(run = { fromHour: hour, toHour: hour, hours: 0 });
    run.hours++;
    run.toHour = hour + 1;
  }
  return { silences, openHours, eventsPerHour: openHours.length > 0 ? seen / openHours.length : 0 };
}

function isOpen(hour: number, firstHour: number, at: (hour: number) => number): boolean {
  let weeks = 0;
  let withEvents = 0;
  for (let week = 1; week <= WEEKS && hour - week * WEEK_HOURS >= firstHour; week++) {
    weeks++;
    if (at(hour - week * WEEK_HOURS) > 0) withEvents++;
  }
  return weeks >= WEEKS_MIN && withEvents >= OPEN_PART * weeks;
}
