import { DAY_MS, HOUR_MS } from "../../src/core/time.ts";
import { between, changeShare, during, memberOf, percent, pick } from "./draw.ts";
import type { Context, Kind } from "./inject.ts";
import { sent, type SentEvent, type ShopRow } from "./rows.ts";

/** What a release of a shop's tracker may do to an event: under another name, or in another type. */
const SCHEMA_BREAKS:
  readonly (readonly [string, (body: Record<string, unknown>) => Record<string, unknown>])[] = [
    ["user is sent as shopperRef", ({ user, ...rest }) => ({ ...rest, shopperRef: user })],
    ["product is sent as articleNumber", ({ product, ...rest }) => ({ ...rest, articleNumber: product })],
    ["category is sent as department", ({ category, ...rest }) => ({ ...rest, department: category })],
    ["price and amount are sent as unitCost and lineTotal", ({ price, amount, ...rest }) => ({
      ...rest,
      unitCost: price,
      lineTotal: amount,
    })],
    ["amount and price are sent as text with a currency", ({ price, amount, ...rest }) => ({
      ...rest,
      price: `${price} GBP`,
      amount: `${amount} GBP`,
    })],
    ["user is sent as an object", ({ user, ...rest }) => ({ ...rest, user: { id: user ?? null } })],
    ["time is sent in seconds", ({ time, ...rest }) => ({ ...rest, time: Math.floor(Number(time) / 1000) })],
    ["type is sent as action", ({ type, ...rest }) => ({ ...rest, action: type })],
  ];

function schemaBreak(context: Context) {
  const [what, change] = pick(SCHEMA_BREAKS, context.random);
  const share = between(context.strength, 0.2, 1);
  const events = changeShare(context, share, (row) => {
    const { sentMs, body } = sent(row);
    return { sentMs, body: change({ ...body }) };
  });
  return { events, text: `${what}, in ${percent(share)} of the sessions` };
}

function nullBurst(context: Context) {
  const fields = pick(
    [["user"], ["session"], ["product"], ["category"], ["price", "amount"]] as const,
    context.random,
  );
  const share = between(context.strength, 0.1, 1);
  const gone = Object.fromEntries(fields.map((field) => [field, null]));
  const events = changeShare(context, share, (row) => sent({ ...row, ...gone }));
  return { events, text: `${fields.join(" and ")} missing in ${percent(share)} of the sessions` };
}

/** The same content again, under another id, within minutes: a retry that lost its idempotency. */
function duplicateFlood(context: Context) {
  const share = between(context.strength, 0.1, 1);
  const copies = 1 + Math.floor(context.random() * 3);
  const again = memberOf(share, context.random);
  const events = context.rows.flatMap((row) => {
    const event = sent(row);
    if (!during(context, row) || !again(row.session)) return [event];
    const copy = (n: number): SentEvent => ({
      sentMs: event.sentMs + n * 1000,
      body: { ...event.body, id: `${row.id}-again-${n}` },
    });
    return [event, ...Array.from({ length: copies }, (_, i) => copy(i + 1))];
  });
  return { events, text: `${percent(share)} of the sessions are sent ${copies + 1} times under new ids` };
}

function otherUnit(context: Context) {
  const factor = pick([100, 0.01, 1.27, 1 / 1.27], context.random);
  const share = between(context.strength, 0.3, 1);
  const times = (value: number | null) => value === null ? null : value * factor;
  const events = changeShare(
    context,
    share,
    (row) => sent({ ...row, price: times(row.price), amount: times(row.amount) }),
  );
  return {
    events,
    text: `price and amount times ${factor.toPrecision(3)} in ${percent(share)} of the sessions`,
  };
}

/** One of the types the shop sends does not come any more; which, is drawn among those with at least 1 %. */
function lostType(context: Context) {
  const counts = new Map<string, number>();
  for (const { type } of context.rows) counts.set(type, (counts.get(type) ?? 0) + 1);
  const types = [...counts].filter(([, n]) => n >= context.rows.length / 100).map(([type]) => type).sort();
  const type = pick(types, context.random);
  const share = between(context.strength, 0.6, 1);
  const lost = memberOf(share, context.random);
  const keeps = (row: ShopRow) => !(during(context, row) && row.type === type && lost(row.session));
  return {
    events: context.rows.filter(keeps).map(sent),
    text: `${percent(share)} of the events "${type}" are lost`,
  };
}

function clockShift(context: Context) {
  const hours = Math.round(between(context.strength, 1, 12)) * (context.random() < 0.5 ? -1 : 1);
  const events = changeShare(context, 1, (row) => {
    const { sentMs, body } = sent(row);
    return { sentMs, body: { ...body, time: row.timeMs + hours * HOUR_MS } };
  });
  return { events, text: `the shop's clock is ${hours > 0 ? "ahead" : "behind"} by ${Math.abs(hours)} h` };
}

/** Nothing comes in on trading days; days on which the shop is closed do not count. */
function stalledSource(context: Context) {
  const wanted = Math.round(between(context.strength, 1, 5));
  const days = [...new Set(context.rows.filter((row) => during(context, row)).map(dayOf))].slice(0, wanted);
  const silent = new Set(days);
  const keeps = (row: ShopRow) => !during(context, row) || !silent.has(dayOf(row));
  return {
    events: context.rows.filter(keeps).map(sent),
    text: `nothing comes in for ${days.length} trading days`,
  };
}

const dayOf = ({ timeMs }: ShopRow) => Math.floor(timeMs / DAY_MS);

/** Lines that robots add to what the shop sends; each is a copy of a real line with another shopper and session. */
function bots(context: Context) {
  return context.random() < 0.5 ? fewGreedyBots(context) : manyNewcomers(context);
}

function fewGreedyBots(context: Context) {
  const robots = 1 + Math.floor(context.random() * 4);
  const perDay = Math.round(between(context.strength, 60, 1500));
  const known = context.rows.filter((row) => during(context, row));
  const events = context.rows.map(sent);
  const nDays = (context.endMs - context.startMs) / DAY_MS;
  for (let day = 0; day < nDays; day++) {
    for (let n = 0; n < perDay && known.length > 0; n++) {
      const robot = n % robots;
      const timeMs = context.startMs + (day + context.random()) * DAY_MS;
      events.push(copied(pick(known, context.random), {
        id: `robot-${day}-${n}`,
        user: `robot-${robot}`,
        session: `robot-${robot}-${day}`,
        timeMs,
      }));
    }
  }
  return { events, text: `${robots} robots send ${perDay} lines a day between them` };
}

function manyNewcomers(context: Context) {
  const factor = between(context.strength, 0.3, 3);
  const touched = context.rows.filter((row) => during(context, row));
  const events = context.rows.map(sent);
  const n = Math.round(factor * touched.length);
  for (let i = 0; i < n; i++) {
    const row = pick(touched, context.random);
    const timeMs = Math.floor(row.timeMs / DAY_MS) * DAY_MS + context.random() * DAY_MS;
    events.push(copied(row, { id: `robot-${i}`, user: `robot-${i}`, session: `robot-${i}`, timeMs }));
  }
  return { events, text: `${n} shoppers of one line each, ${factor.toFixed(1)} times the shop's own lines` };
}

const copied = (row: ShopRow, changes: Partial<ShopRow>): SentEvent =>
  sent({ ...row, ...changes, timeMs: Math.floor(changes.timeMs ?? row.timeMs) });

/** Kinds that break the data: training on them would teach nonsense. */
export const BROKEN = {
  "schema break": { answer: "fix data first", days: [3, 10], apply: schemaBreak },
  "null burst": { answer: "fix data first", days: [1, 5], apply: nullBurst },
  "duplicate flood": { answer: "fix data first", days: [1, 5], apply: duplicateFlood },
  "price in another unit": { answer: "fix data first", days: [3, 14], apply: otherUnit },
  "lost event type": { answer: "fix data first", days: [5, 14], apply: lostType },
  "clock shift": { answer: "fix data first", days: [2, 7], apply: clockShift },
  "bot traffic": { answer: "fix data first", days: [2, 7], apply: bots },
  "stalled source": { answer: "fix data first", days: [9, 9], apply: stalledSource },
} as const satisfies Record<string, Kind>;
