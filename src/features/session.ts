/** What a visitor does now: features of a shopper's newest session, by one definition for training and serving. */
import { canonicalJson, sha256 } from "../core/hash.ts";
import { MINUTE_MS } from "../core/time.ts";
import { mean } from "../stats/mean.ts";
import { compareNumbers } from "./order.ts";
import { type DayEvent, EVENT_KINDS, NEWEST_MAX, type UserDay } from "./user_day.ts";

/** Raise it whenever a number changes: models trained on another version then refuse to serve. */
const VERSION = 1;

/** Without an id of its own a session ends where nothing happens for longer than this. */
export const SESSION_GAP_MS = 30 * MINUTE_MS;

/** The name by which a model asks for all of them. */
export const SESSION_GROUP = "session";

interface SessionFeature {
  readonly name: string;
  readonly means: string;
  /** @param session oldest first, at least one event */
  readonly of: (session: readonly DayEvent[], asOfMs: number) => number;
}

const [VIEW, CART, PURCHASE] = EVENT_KINDS.keys();
const count = (session: readonly DayEvent[], wanted: number) =>
  session.filter(({ kind }) => kind === wanted).length;
const minutes = (ms: number) => ms / MINUTE_MS;

/** Prices of what was viewed or put into a cart. */
const pricesSeen = (session: readonly DayEvent[]) =>
  session.filter(({ kind, price }) => (kind === VIEW || kind === CART) && !Number.isNaN(price))
    .map(({ price }) => price);
const categories = (session: readonly DayEvent[]) =>
  session.map(({ category }) => category).filter((category) => !Number.isNaN(category));

const DEFINITION: readonly SessionFeature[] = [
  { name: "session_views", means: "views of the newest session", of: (s) => count(s, VIEW) },
  { name: "session_carts", means: "carts of the newest session", of: (s) => count(s, CART) },
  { name: "session_purchases", means: "purchase lines of the newest session", of: (s) => count(s, PURCHASE) },
  {
    name: "session_minutes",
    means: "minutes from its first to its last event",
    of: (s) => minutes(s[s.length - 1].atMs - s[0].atMs),
  },
  {
    name: "session_since",
    means: "minutes since its last event",
    of: (s, asOfMs) => minutes(asOfMs - s[s.length - 1].atMs),
  },
  { name: "session_price_mean", means: "mean price seen in it", of: (s) => mean(pricesSeen(s)) },
  { name: "session_price_last", means: "last price seen in it", of: (s) => pricesSeen(s).at(-1) ?? NaN },
  { name: "session_categories", means: "categories in it", of: (s) => new Set(categories(s)).size },
  {
    name: "session_switches",
    means: "switches of category in it",
    of: (s) => categories(s).filter((category, i, all) => i > 0 && category !== all[i - 1]).length,
  },
];

/** The names of session features, in the order of {@link sessionRow}. */
export const SESSION_FEATURES: readonly string[] = DEFINITION.map(({ name }) => name);

export const SESSION_MEANINGS: readonly { name: string; means: string }[] = DEFINITION.map((
  { name, means },
) => ({ name, means }));

/** Identifies the definition, as `FEATURE_HASH` does. */
export const SESSION_HASH: string = sha256(
  canonicalJson({ version: VERSION, gapMs: SESSION_GAP_MS, most: NEWEST_MAX, columns: SESSION_FEATURES }),
);

/**
 * The newest session of a shopper: the events that carry the session of the newest one; where that carries none, back from
 * it to the first pause of more than 30 minutes. It reaches no further than the day before that of its newest event, and
 * of each day the newest 100 events count.
 * @param days ascending, every event before a moment, the last two of them with their newest events
 * @returns oldest first; empty: nothing is known
 */
export function newestSession(days: readonly UserDay[]): DayEvent[] {
  const last = days.at(-1);
  const before = days.at(-2);
  const isNext = last !== undefined && before?.day === last.day - 1;
  const events = [...isNext ? before.newest ?? [] : [], ...last?.newest ?? []].sort(compareEvents);
  const newest = events.at(-1);
  if (newest === undefined) return [];
  if (!Number.isNaN(newest.session)) return events.filter(({ session }) => session === newest.session);
  let first = events.length - 1;
  while (first > 0 && events[first].atMs - events[first - 1].atMs <= SESSION_GAP_MS) first--;
  return events.slice(first);
}

/** One number per name in {@link SESSION_FEATURES}; NaN where there is nothing to say. */
export function sessionRow(days: readonly UserDay[], asOfMs: number): number[] {
  const session = newestSession(days);
  return session.length === 0 ? DEFINITION.map(() => NaN) : DEFINITION.map(({ of }) => of(session, asOfMs));
}

/** By time; events of one moment in an order that follows from what they are. */
function compareEvents(a: DayEvent, b: DayEvent): number {
  return a.atMs - b.atMs || a.kind - b.kind || compareNumbers(a.session, b.session) ||
    compareNumbers(a.category, b.category) || compareNumbers(a.price, b.price);
}
