import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import { configFor, DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { pick } from "./draw.ts";
import { sent, type ShopRow } from "./rows.ts";
import type { Shops } from "./shop.ts";

export const MODELS = ["churn", "spending"] as const;

/** Four labelled cut-offs are known when the first models are deployed; routine training is off from then on. */
const DEPLOYED_MS = Date.UTC(2011, 3, 12);
/**
 * Incidents begin here: late enough that predictions have met outcomes, early enough that what lasts is over before the
 * shop's own autumn, in which shoppers truly behave otherwise, has got under way.
 */
const STARTS_MS = [Date.UTC(2011, 4, 24), Date.UTC(2011, 6, 12)] as const;
/** Days between looks before an incident. */
const LOOK_DAYS = 3;

/** "Retrain" must mean evidence: neither routine nor age calls for it. */
const CONFIG: RetrainingConfig = {
  ...configFor(RetrainingConfig.parse({}), DEMO_PROTOCOL),
  routine_cutoffs: 0,
  stale_after_days: 3650,
  stale_growth: 100,
};

/** A shop at a moment, to be copied: models serve, and have been looked at until then. */
export interface Base {
  readonly startMs: number;
  readonly template: string;
}

/** What was seen before any incident, when nothing was wrong. */
export interface Calm {
  readonly days: number;
  readonly looks: readonly { model: string; asOf: string; text: string }[];
}

/** Moments drawn at random, midnights before days on which the shop trades, ascending. */
export function drawStarts(rows: readonly ShopRow[], n: number, seed: number): number[] {
  const [first, last] = STARTS_MS;
  const random = seededRandom(seed);
  const trading = rows.filter(({ timeMs }) => timeMs >= first && timeMs < last)
    .map(({ timeMs }) => Math.floor(timeMs / DAY_MS) * DAY_MS);
  const days = [...new Set(trading)];
  return Array.from({ length: n }, () => pick(days, random)).sort((a, b) => a - b);
}

/** Lets a shop live through its history up to each moment, and keeps a copy of it there. */
export async function makeBases(
  shops: Shops,
  rows: readonly ShopRow[],
  startsMs: readonly number[],
  say: (line: string) => void,
): Promise<{ bases: Base[]; calm: Calm }> {
  let shop = await shops.open();
  const events = rows.map(sent);
  let next = 0;
  const feed = async (untilMs: number) => {
    const from = next;
    while (next < events.length && events[next].sentMs < untilMs) next++;
    await shop.receive(events.slice(from, next));
  };
  await shop.configure(CONFIG);
  await feed(DEPLOYED_MS);
  await shop.sql`analyze`; // as autovacuum does within a minute: a bulk load without statistics makes the first look slow
  for (const model of MODELS) await shop.deployFirst(model, DEPLOYED_MS);
  const bases: Base[] = [];
  const looks: Calm["looks"][number][] = [];
  let asOfMs = DEPLOYED_MS;
  for (const startMs of startsMs) {
    while (asOfMs < startMs) {
      asOfMs = Math.min(startMs, asOfMs + LOOK_DAYS * DAY_MS);
      await feed(asOfMs);
      for (const model of MODELS) {
        const { asOf, text } = await shop.look(model, asOfMs);
        looks.push({ model, asOf, text });
      }
    }
    say(`incidents: the shop as it was on ${new Date(startMs).toISOString().slice(0, 10)}`);
    await shop.close();
    bases.push({ startMs, template: shop.name });
    shop = await shops.open(shop.name); // which goes on; nobody touches the template again
  }
  await shop.close();
  await shops.drop(shop.name);
  return { bases, calm: { days: (asOfMs - DEPLOYED_MS) / DAY_MS, looks } };
}
