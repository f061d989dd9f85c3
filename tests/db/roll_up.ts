import { DAY_MS } from "../../src/core/time.ts";
import { code32 } from "../../src/core/hash.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { type UserDay } from "../../src/features/user_day.ts";

/** What `user_days` must come to, worked out here from the definition in `UserDay`: "user day" -> the day. */
export function rollUp(
  events: readonly AcceptedEvent[],
  { hasMoney }: { hasMoney: boolean },
): Map<string, UserDay> {
  const distinct = [...new Map(events.map((e) => [e.id, e])).values()].filter((e) => e.userKey !== null);
  const groups = Map.groupBy(distinct, (e) => `${e.userKey} ${Math.floor(e.atMs / DAY_MS)}`);
  return new Map([...groups].map(([key, group]) => [key, dayOf(group, hasMoney)]));
}

function dayOf(events: readonly AcceptedEvent[], hasMoney: boolean): UserDay {
  const of = (...types: string[]) => events.filter((e) => types.includes(e.type));
  const sum = (list: readonly AcceptedEvent[], value: (e: AcceptedEvent) => number) =>
    list.reduce((total, e) => total + value(e), 0);
  const codes = (list: readonly AcceptedEvent[], text: (e: AcceptedEvent) => string | null) =>
    [...new Set(list.map(text).filter((t) => t !== null))].map(code32).sort((a, b) => a - b);
  const bought = of("purchase");
  const times = events.map((e) => e.atMs);
  return {
    day: Math.floor(times[0] / DAY_MS),
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
    lastPurchaseMs: Math.max(0, ...bought.map((e) => e.atMs)),
    sessions: codes(events, (e) => e.session).length,
    orders: new Set(bought.map((e) => e.session)).size,
    views: of("view").length,
    carts: of("cart").length,
    purchases: bought.length,
    returns: of("return").length,
    others: events.length - of("view", "cart", "purchase", "return").length,
    units: sum(bought, (e) => e.quantity ?? 1),
    spend: hasMoney ? sum(bought, (e) => e.amount ?? 0) : bought.length,
    returned: hasMoney ? 0 - sum(of("return"), (e) => e.amount ?? 0) : of("return").length,
    products: codes(bought, (e) => e.product),
    categories: codes(bought, (e) => e.category),
    viewed: codes(of("view", "cart"), (e) => e.product),
  };
}

/** Whether half of the purchases carried money: those of whole days before a moment, else those of its own day. */
export function moneyAt(events: readonly AcceptedEvent[], atMs: number): boolean {
  const dayMs = Math.floor(atMs / DAY_MS) * DAY_MS;
  const bought = events.filter((e) => e.type === "purchase" && e.atMs < atMs);
  const earlier = bought.filter((e) => e.atMs < dayMs);
  const judged = earlier.length > 0 ? earlier : bought;
  const priced = judged.filter((e) => (e.amount ?? 0) > 0);
  return judged.length > 0 && 2 * priced.length >= judged.length;
}
