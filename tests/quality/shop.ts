/** A made-up shop's days, visit by visit, and looks at them as the activity makes them. */
import { DAY_MS } from "../../src/core/time.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";
import type { Finding, QualityReport } from "../../src/quality/report.ts";
import { judgeQuality, type QualityEvidence } from "../../src/quality/judge_quality.ts";
import type { DayProfile } from "../../src/quality/profile.ts";

/** A Monday. */
export const FIRST_DAY = 19_723 + 7;

const VISITS_OF_WEEKDAY = [60, 60, 60, 65, 70, 0, 40]; // closed on Saturdays
const OPENS = 8;
const CLOSES = 20;

/** One healthy day: most visits look, half of those put into the cart, half of these buy. Null: the shop is closed. */
export function healthyDay(day: number, random: Random, { busy = 1 } = {}): DayProfile | null {
  const usual = VISITS_OF_WEEKDAY[(day - FIRST_DAY) % 7];
  const visits = Math.round(usual * busy * Math.exp(0.2 * (random() + random() + random() - 1.5)));
  if (visits === 0) return null;
  const hours = new Array<number>(24).fill(0);
  let carts = 0;
  let purchases = 0;
  let anonymous = 0;
  let cheaper = 0;
  for (let i = 0; i < visits; i++) {
    hours[OPENS + Math.floor((CLOSES - OPENS) * (random() + random()) / 2)]++;
    const cart = random() < 0.5;
    const purchase = cart && random() < 0.5;
    carts += cart ? 1 : 0;
    purchases += purchase ? 1 : 0;
    anonymous += random() < 0.2 ? 1 : 0;
    cheaper += purchase && random() < 0.1 ? 1 : 0;
  }
  for (let hour = OPENS; hour < CLOSES; hour++) hours[hour] = Math.max(1, hours[hour]);
  return {
    day,
    events: 5 * visits,
    visits,
    hours,
    eventHours: hours.map((n) => 5 * n),
    types: { view: [visits, 4 * visits - carts], cart: [carts, carts], purchase: [purchases, visits] },
    bought: { view: purchases, cart: purchases, purchase: purchases },
    missing: { "view/user": [anonymous, 4 * anonymous] },
    duplicates: [0, 1],
    late: [0, 0],
    outOfOrder: [0, 0],
    free: [0, 0],
    prices: [[0, purchases - cheaper], [-8, cheaper]],
    mixedPrices: 1,
    young: { visits: Math.floor(2 * random()), of: purchases, events: 2, known: visits },
    shoppers: {
      all: visits - anonymous,
      single: Math.floor(3 * random()),
      singleProduct: 0,
      mostEvents: Math.round(20 * Math.exp(0.3 * (random() - 0.5))),
      restless: 0,
      restlessEvents: 0,
    },
    largest: { price: 50 + 30 * random(), quantity: 20, amount: 100 + 50 * random() },
  };
}

/** So many days of a healthy shop. */
export function healthyDays(
  n: number,
  { seed = 1, busy = () => 1 }: { seed?: number; busy?: (i: number) => number } = {},
): DayProfile[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => healthyDay(FIRST_DAY + i, random, { busy: busy(i) })).filter((
    day,
  ) => day !== null);
}

/** What a look judges at the end of some days, a day after the look before. */
export function evidenceAt(
  days: readonly DayProfile[],
  asOfDay: number,
  over: Partial<QualityEvidence> = {},
): QualityEvidence {
  const asOfMs = asOfDay * DAY_MS;
  return {
    asOfMs,
    alpha: 0.2 / 30,
    previousMs: asOfMs - DAY_MS,
    days: days.filter(({ day }) => day < asOfDay),
    refused: [],
    repeats: [],
    money: null,
    features: null,
    known: [],
    ...over,
  };
}

/** Looks day by day (or every `gap` days), each knowing what those before it found. @returns every report, oldest first */
export function look(
  days: readonly DayProfile[],
  { fromDay, toDay, gap = 1, over = {} }: {
    fromDay: number;
    toDay: number;
    gap?: number;
    over?: Partial<QualityEvidence>;
  },
): QualityReport[] {
  const known = new Map<string, Finding>();
  const reports: QualityReport[] = [];
  for (let day = fromDay; day <= toDay; day += gap) {
    const report = judgeQuality(evidenceAt(days, day, {
      previousMs: (day - gap) * DAY_MS,
      alpha: gap * 0.2 / 30,
      known: [...known.values()],
      ...over,
    }));
    for (const finding of report.findings) known.set(finding.key, finding);
    reports.push(report);
  }
  return reports;
}
