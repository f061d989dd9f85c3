import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { DAY_MS } from "../../src/core/time.ts";
import { code32 } from "../../src/core/hash.ts";
import { type UserDay } from "../../src/features/user_day.ts";

/** One shopper of an event file. */
export interface Shopper {
  readonly id: string;
  readonly days: readonly UserDay[];
}

interface Line {
  readonly user_id: string;
  readonly session_id?: string;
  readonly type: string;
  readonly product_id?: string;
  readonly category?: string;
  readonly quantity?: string;
  readonly amount?: string;
  readonly timestamp: string;
}

/** A day while it fills. */
interface OpenDay extends Omit<UserDay, "sessions" | "orders" | "products" | "categories" | "viewed"> {
  sessions: Set<string>;
  orders: Set<string>;
  products: Set<number>;
  categories: Set<number>;
  viewed: Set<number>;
}
type Draft = { -readonly [K in keyof OpenDay]: OpenDay[K] };

/** Reads an event file, `.csv` or `.csv.gz`, into the days of each shopper; lines without a user are left out. */
export async function readShoppers(
  path: string,
): Promise<{ shoppers: Shopper[]; lines: number; lastMs: number }> {
  const drafts = new Map<string, Map<number, Draft>>();
  const stats = { lines: 0, lastMs: 0, money: false };
  const file = createReadStream(path);
  const text = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  for await (const line of text.pipe(parse({ columns: true, relax_column_count: true }))) {
    addLine(drafts, line as Line, stats);
  }
  const shoppers = [...drafts].map(([id, days]) => ({
    id,
    days: [...days.values()].sort((a, b) => a.day - b.day).map((d) => close(d, stats.money)),
  }));
  shoppers.sort((a, b) => a.id < b.id ? -1 : 1);
  return { shoppers, lines: stats.lines, lastMs: stats.lastMs };
}

function addLine(
  drafts: Map<string, Map<number, Draft>>,
  line: Line,
  stats: { lines: number; lastMs: number; money: boolean },
): void {
  stats.lines++;
  const ms = Date.parse(line.timestamp);
  stats.lastMs = Math.max(stats.lastMs, ms);
  if (!line.user_id) return;
  const days = drafts.get(line.user_id) ?? new Map<number, Draft>();
  drafts.set(line.user_id, days);
  const day = Math.floor(ms / DAY_MS);
  const d = days.get(day) ?? openDay(day, ms);
  days.set(day, d);
  d.firstMs = Math.min(d.firstMs, ms);
  d.lastMs = Math.max(d.lastMs, ms);
  const session = line.session_id || "";
  d.sessions.add(session);
  const amount = Number(line.amount || 0);
  if (line.amount) stats.money = true;
  addTyped(d, line, { ms, session, amount });
}

function addTyped(
  d: Draft,
  line: Line,
  { ms, session, amount }: { ms: number; session: string; amount: number },
) {
  const product = line.product_id ? code32(line.product_id) : undefined;
  if (line.type === "purchase") {
    d.purchases++;
    d.lastPurchaseMs = Math.max(d.lastPurchaseMs, ms);
    d.orders.add(session);
    d.units += Number(line.quantity || 0);
    d.spend += Math.max(0, amount);
    if (product !== undefined) d.products.add(product);
    if (line.category) d.categories.add(code32(line.category));
  } else if (line.type === "return") {
    d.returns++;
    d.returned += Math.max(0, -amount);
  } else if (line.type === "view" || line.type === "cart") {
    d[line.type === "view" ? "views" : "carts"]++;
    if (product !== undefined) d.viewed.add(product);
  } else d.others++;
}

const openDay = (day: number, ms: number): Draft => ({
  day,
  firstMs: ms,
  lastMs: ms,
  lastPurchaseMs: 0,
  sessions: new Set(),
  orders: new Set(),
  views: 0,
  carts: 0,
  purchases: 0,
  returns: 0,
  others: 0,
  units: 0,
  spend: 0,
  returned: 0,
  products: new Set(),
  categories: new Set(),
  viewed: new Set(),
});

/** Where a shop sends no money at all, spending is counted in purchase lines. */
const close = (d: Draft, money: boolean): UserDay => ({
  ...d,
  sessions: d.sessions.size,
  orders: d.orders.size,
  spend: money ? d.spend : d.purchases,
  returned: money ? d.returned : d.returns,
  products: [...d.products],
  categories: [...d.categories],
  viewed: [...d.viewed],
});
