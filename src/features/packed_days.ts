/**
 * Days of shoppers as one array of numbers: what goes from thread to thread is copied, and objects are copied a hundred
 * times as slowly.
 */
import type { DayEvent, OwnEvent, UserDay } from "./user_day.ts";

/** Days of several shoppers, in their order. */
export interface PackedDays {
  readonly numbers: Float64Array;
  /** events of the shop's own types, of each day that holds a list of them */
  readonly own: readonly (readonly OwnEvent[])[];
}

const ABSENT = -1;

/** Packs the days of shoppers: how many there are, then each day's numbers, and its lists with their lengths. */
export function packDays(shoppers: readonly (readonly UserDay[])[]): PackedDays {
  const numbers: number[] = [];
  const own: (readonly OwnEvent[])[] = [];
  for (const days of shoppers) {
    numbers.push(days.length);
    for (const day of days) {
      packDay(day, numbers);
      numbers.push(day.own ? 1 : ABSENT);
      if (day.own) own.push(day.own);
    }
  }
  return { numbers: Float64Array.from(numbers), own };
}

function packDay(d: UserDay, numbers: number[]): void {
  numbers.push(d.day, d.firstMs, d.lastMs, d.lastPurchaseMs, d.sessions, d.orders, d.views, d.carts);
  numbers.push(d.purchases, d.returns, d.others, d.units, d.spend, d.returned);
  numbers.push(d.products.length, ...d.products, d.categories.length, ...d.categories);
  numbers.push(d.viewed.length, ...d.viewed, d.newest?.length ?? ABSENT);
  for (const { atMs, kind, session, category, price } of d.newest ?? []) {
    numbers.push(atMs, kind, session, category, price);
  }
}

/** Returns the days that were packed, shopper by shopper. Each day is frozen. */
export function* unpackDays({ numbers, own }: PackedDays): Generator<readonly UserDay[]> {
  const reader = new Reader(numbers);
  let list = 0;
  while (!reader.isAtEnd) {
    const days = new Array<UserDay>(reader.next());
    for (let i = 0; i < days.length; i++) {
      const day = unpackDay(reader);
      if (reader.next() !== ABSENT) Object.assign(day, { own: Object.freeze(own[list++]) });
      days[i] = Object.freeze(day);
    }
    yield days;
  }
}

class Reader {
  #at = 0;

  constructor(readonly numbers: Float64Array) {}

  get isAtEnd(): boolean {
    return this.#at === this.numbers.length;
  }

  next(): number {
    return this.numbers[this.#at++];
  }

  codes(): readonly number[] {
    const length = this.next();
    return Object.freeze(Array.from(this.numbers.subarray(this.#at, this.#at += length)));
  }
}

function unpackDay(r: Reader): UserDay {
  const day: UserDay = {
    day: r.next(),
    firstMs: r.next(),
    lastMs: r.next(),
    lastPurchaseMs: r.next(),
    sessions: r.next(),
    orders: r.next(),
    views: r.next(),
    carts: r.next(),
    purchases: r.next(),
    returns: r.next(),
    others: r.next(),
    units: r.next(),
    spend: r.next(),
    returned: r.next(),
    products: r.codes(),
    categories: r.codes(),
    viewed: r.codes(),
  };
  const events = r.next();
  return events === ABSENT
    ? day
    : { ...day, newest: Object.freeze(Array.from({ length: events }, () => unpackEvent(r))) };
}

const unpackEvent = (r: Reader): DayEvent =>
  Object.freeze({ atMs: r.next(), kind: r.next(), session: r.next(), category: r.next(), price: r.next() });

/** Days that are in memory at once while shoppers are asked about. */
export const DAYS_AT_ONCE = 5000;

/** Divides shoppers into runs of at most some thousand days each, in their order. */
export function* runsOf<T>(shoppers: Iterable<T>, daysOf: (shopper: T) => number): Generator<T[]> {
  let run: T[] = [];
  let days = 0;
  for (const shopper of shoppers) {
    run.push(shopper);
    days += 1 + daysOf(shopper);
    if (days < DAYS_AT_ONCE) continue;
    yield run;
    [run, days] = [[], 0];
  }
  if (run.length > 0) yield run;
}
