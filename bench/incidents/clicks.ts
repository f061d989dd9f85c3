import { DAY_MS, MINUTE_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import { pick, sessionsWithin } from "./draw.ts";
import type { ShopRow } from "./rows.ts";

/** Products of an order that are looked at and put into the cart before it; visits without an order for each order. */
const CLICKED_MAX = 5;
const VISITS = 2;
const VIEWS_OF_VISIT = 3;

/**
 * The shop's rows with simulated views and carts among them, for incidents that need them: the first products of each
 * order are viewed and put into the cart in the minutes before it, and each order's shopper comes to look twice more
 * within the fortnight around it. Orders and returns stay the real ones.
 */
export function withClicks(rows: readonly ShopRow[], seed: number): ShopRow[] {
  const random = seededRandom(seed);
  const endMs = rows[rows.length - 1].timeMs;
  const clicks = sessionsWithin(rows, -Infinity, Infinity).flatMap((session) => {
    const bought = session.filter((row) => row.type === "purchase");
    return bought.length === 0 ? [] : [...before(bought), ...visits(bought, random)];
  });
  return [...rows, ...clicks.filter(({ timeMs }) => timeMs <= endMs)].sort((a, b) => a.timeMs - b.timeMs);
}

function before(bought: readonly ShopRow[]): ShopRow[] {
  return bought.slice(0, CLICKED_MAX).flatMap((row, i) => [
    click(row, { id: `view-${row.id}`, type: "view", timeMs: row.timeMs - (20 - 2 * i) * MINUTE_MS }),
    click(row, { id: `cart-${row.id}`, type: "cart", timeMs: row.timeMs - (19 - 2 * i) * MINUTE_MS }),
  ]);
}

function visits(bought: readonly ShopRow[], random: () => number): ShopRow[] {
  return Array.from({ length: VISITS }, (_, v) => {
    const days = Math.floor(14 * random()) - 7;
    const [first] = bought;
    return Array.from({ length: VIEWS_OF_VISIT }, (_, n) =>
      click(pick(bought, random), {
        id: `visit-${first.id}-${v}-${n}`,
        type: "view",
        session: `visit-${first.session}-${v}`,
        timeMs: first.timeMs + days * DAY_MS + n * MINUTE_MS,
      }));
  }).flat();
}

const click = (
  row: ShopRow,
  changes: Pick<ShopRow, "id" | "type" | "timeMs"> & Partial<ShopRow>,
): ShopRow => ({
  ...row,
  quantity: null,
  amount: null,
  ...changes,
});
