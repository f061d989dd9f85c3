import type { Random } from "../core/random.ts";
import { DAY_MS } from "../core/time.ts";
import type { OwnEvent, UserDay } from "./user_day.ts";

/** A shopper who never was, with days before and after a moment. Frozen, for functions that may change nothing. */
export interface Invented {
  readonly days: readonly UserDay[];
  /** the day before which a feature looks, counted from `startMs` */
  readonly day: number;
  readonly startMs: number;
}

const START_MS = 19_723 * DAY_MS; // 2024-01-01
const LENGTH = 200;

/** Invents a shopper, whose days hold events of these types, with a number in any field that is asked for. */
export function invent(random: Random, types: readonly string[]): Invented {
  const often = 0.02 + 0.2 * random();
  const days: UserDay[] = [];
  for (let day = 0; day < LENGTH; day++) if (random() < often) days.push(dayOf(day, random, types));
  return { days, day: 60 + Math.floor(100 * random()), startMs: START_MS };
}

function dayOf(day: number, random: Random, types: readonly string[]): UserDay {
  const startMs = START_MS + day * DAY_MS;
  const firstMs = startMs + Math.floor(random() * DAY_MS / 2);
  const lastMs = firstMs + Math.floor(random() * DAY_MS / 2);
  const purchases = random() < 0.5 ? 1 + Math.floor(4 * random()) : 0;
  const codes = (n: number) => Object.freeze(Array.from({ length: n }, () => Math.floor(50 * random())));
  const views = Math.floor(5 * random());
  return Object.freeze({
    day: startMs / DAY_MS,
    firstMs,
    lastMs,
    lastPurchaseMs: purchases > 0 ? lastMs : 0,
    sessions: 1,
    orders: purchases > 0 ? 1 : 0,
    views,
    carts: Math.floor(2 * random()),
    purchases,
    returns: 0,
    others: types.length,
    units: purchases,
    spend: purchases * 20 * random(),
    returned: 0,
    products: codes(purchases),
    categories: codes(Math.min(1, purchases)),
    viewed: codes(views),
    own: Object.freeze(types.map((type) => ownEvent(type, firstMs, random))),
  });
}

function ownEvent(type: string, atMs: number, random: Random): OwnEvent {
  const [amount, field] = [50 * random(), 1 + Math.floor(5 * random())];
  const fields = new Proxy({}, { get: () => field });
  return Object.freeze({ type, atMs, product: "p", quantity: 1, amount, fields });
}
