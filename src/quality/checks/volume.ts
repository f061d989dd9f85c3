import { DAY_MS } from "../../core/time.ts";
import { median } from "../../stats/quantile.ts";
import { tailBeside } from "../../stats/prediction.ts";
import { type Check, type Draft, isTroubled, PAST_DAYS, type Tested, type View } from "../view.ts";
import { times } from "../format.ts";

/** A stretch is forecast by the middle of so many stretches before it: the same weekday, or whole weeks. */
const BEFORE = 6;
const BEFORE_MIN = 4;
/** Past forecasts that say how far off such forecasts are. */
const ERRORS_MIN = 8;

interface Span {
  readonly kind: Draft["kind"];
  readonly means: Draft["means"];
  readonly side: "above" | "below";
  readonly matters: (factor: number) => boolean;
  readonly todo: string;
}

const SPANS: readonly Span[] = [
  {
    kind: "volume too high",
    means: "passing",
    side: "above",
    matters: (factor) => factor >= 1.3,
    todo: "a burst; nothing to mend",
  },
  {
    kind: "volume too low",
    means: "broken",
    side: "below",
    matters: (factor) => factor <= 0.6,
    todo: "find out whether events are lost on the way",
  },
];

/** More or fewer visits than the hour, the weekday and the weeks before let expect. */
export const volume: Check = (view) =>
  SPANS.flatMap((span) => [1, 7].flatMap((length) => askVolume(view, span, length)));

/**
 * Null: the logarithm of what comes in, minus its forecast, is spread as past errors of the same forecast were, so that
 * trend and season widen what counts as usual. A day that is not over is compared up to the same hour.
 */
function askVolume(view: View, span: Span, length: number): Tested[] {
  const complete = view.hoursDone === 24 ? view.fresh : view.fresh.slice(0, -1);
  const ends = length === 1 ? view.fresh : complete;
  let looked = 0;
  let best: { p: number; end: number; factor: number; expected: number } | null = null;
  for (const end of ends) {
    const hours = end === view.fresh[view.fresh.length - 1] ? view.hoursDone : 24;
    const visits = countsBefore(view, span, { end, length, hours });
    const now = logRatio(visits, end, length);
    if (now === null) continue;
    const past: number[] = [];
    for (let day = end - length; day > end - PAST_DAYS; day -= length) {
      const error = logRatio(visits, day, length);
      if (error !== null) past.push(error);
    }
    if (past.length < ERRORS_MIN) continue;
    looked++;
    const p = tailBeside(now, past, span);
    if (span.matters(Math.exp(now)) && (best === null || p < best.p)) {
      best = { p, end, factor: Math.exp(now), expected: visits(end, length)! / Math.exp(now) };
    }
  }
  if (looked === 0) return [];
  if (best === null) return [{ p: 1, found: null }];
  return [{ p: Math.min(1, best.p * looked), found: describe(view, span, { ...best, length }) }];
}

/** Visits of a stretch by its last day; null: none, or some of it rests on known trouble. */
type Visits = (end: number, length: number) => number | null;

function countsBefore(
  view: View,
  { kind }: Span,
  { end: newest, length, hours }: { end: number; length: number; hours: number },
): Visits {
  const counts = new Map(
    view.days.map(({ day, hours: by }) => [day, sum(length === 1 ? by.slice(0, hours) : by)]),
  );
  return (end, length) => {
    let visits = 0;
    for (let day = end - length + 1; day <= end; day++) {
      if (end !== newest && isTroubled(view, day, { kind, subject: SUBJECT })) return null;
      visits += counts.get(day) ?? 0;
    }
    return visits > 0 ? visits : null;
  };
}

const SUBJECT = "visits";
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);

/** ln(visits / forecast); null: too few stretches before it. */
function logRatio(visits: Visits, end: number, length: number): number | null {
  const now = visits(end, length);
  const step = Math.max(7, length);
  const before = Array.from({ length: BEFORE }, (_, i) => visits(end - (i + 1) * step, length)).filter((n) =>
    n !== null
  );
  return now === null || before.length < BEFORE_MIN ? null : Math.log(now / median(before));
}

function describe(
  view: View,
  { kind, means, side, todo }: Span,
  { end, length, factor, expected }: { end: number; length: number; factor: number; expected: number },
): Draft {
  const first = length === 1 ? end : beganOn(view, { end, length, factor, side });
  const events = sum(view.days.filter(({ day }) => day >= first && day <= end).map((day) => day.events));
  const stretch = length === 1 ? `on ${iso(end)}` : `in the ${length} days up to ${iso(end)}`;
  return {
    kind,
    subject: SUBJECT,
    means,
    rows: Math.round(events * Math.abs(1 / factor - 1)),
    share: side === "below" ? 1 - factor : 1 - 1 / factor,
    fromMs: first * DAY_MS,
    toMs: Math.min(view.evidence.asOfMs, (end + 1) * DAY_MS),
    text: `${Math.round(factor * expected)} visits ${stretch}, ${times(factor)} the ${
      Math.round(expected)
    } expected from the weeks before, since ${iso(first)}; ${todo}`,
    evidence: { factor, expected, days: length },
  };
}

/** The day of a stretch from which on visits differ most from what the same weekdays had before (Page 1954). */
function beganOn(
  { days }: View,
  { end, length, factor, side }: { end: number; length: number; factor: number; side: Span["side"] },
): number {
  const visits = new Map(days.map((day) => [day.day, day.visits]));
  let best = { day: end, off: -Infinity };
  let off = 0;
  for (let day = end; day > end - length; day--) {
    const usual = median(Array.from({ length: BEFORE }, (_, i) => visits.get(day - 7 * (i + 1)) ?? 0));
    off += (side === "above" ? 1 : -1) * ((visits.get(day) ?? 0) - usual * (1 + factor) / 2);
    if (off > best.off) best = { day, off };
  }
  return best.day;
}

const iso = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
