import { z } from "zod";
import { DAY_MS } from "../../core/time.ts";
import type { Sql } from "../connect.ts";

/** Days up to the last one with purchases before a moment: they say whether the shop sends money. */
const DAYS = 120;

/** Recent purchases before a moment, and those of them that carried money. */
export const PurchaseMoney = z.strictObject({ purchases: z.number(), priced: z.number() });
export type PurchaseMoney = z.infer<typeof PurchaseMoney>;

/** Counts them over whole days. Uses the primary key of `day_counts`. */
export async function purchaseMoney(
  sql: Sql,
  { beforeMs }: { beforeMs: number },
): Promise<PurchaseMoney> {
  const [row] = await sql`
    select coalesce(sum(events), 0)::float8 as purchases, coalesce(sum(priced), 0)::float8 as priced
    from day_counts where ${recentPurchases(sql, beforeMs)}`;
  return PurchaseMoney.parse(row);
}

/** Whether spending before a moment is money: the answer of {@link countsMoney}. */
export async function hasMoney(sql: Sql, { beforeMs }: { beforeMs: number }): Promise<boolean> {
  const [row] = await sql<{ money: boolean }[]>`select (${countsMoney(sql, beforeMs)}) as money`;
  return row.money;
}

/**
 * Whether at least half of the recent purchases carried money; if not, spending is counted in purchase lines, so that a
 * few prices among thousands of purchases do not turn all other spending to nothing. Before the first whole day with
 * purchases, those of the day itself decide.
 */
export function countsMoney(sql: Sql, beforeMs: number) {
  const dayStart = sql`to_timestamp(${Math.floor(beforeMs / DAY_MS) * DAY_MS}::float8 / 1000)`;
  return sql`coalesce(
    (select 2 * sum(priced) >= sum(events) from day_counts where ${recentPurchases(sql, beforeMs)}),
    (select count(*) > 0 and 2 * count(*) filter (where amount > 0) >= count(*) from events
     where type = 'purchase' and at >= ${dayStart} and at < to_timestamp(${beforeMs}::float8 / 1000)))`;
}

function recentPurchases(sql: Sql, beforeMs: number) {
  const day = Math.floor(beforeMs / DAY_MS);
  return sql`type = 'purchase' and day < ${day}::int and day > ${DAYS * -1}::int +
    (select max(day) from day_counts where type = 'purchase' and day < ${day}::int)`;
}
