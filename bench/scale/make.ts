/**
 * A shop of any size, drawn from the bundled one: each shopper does what one of its 1,200 did, some days sooner or later.
 * `deno run -A bench/scale/make.ts DATABASE_URL SHOPPERS [YEARS]` fills an empty database.
 */
import { importFile } from "../../src/app/events/import.ts";
import { systemClock } from "../../src/core/clock.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { connect, type Database, inTransaction } from "../../src/db/connect.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { addDayCounts, addUserDays } from "../../src/db/events/roll_up_sql.ts";
import { migrate } from "../../src/db/migrate.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { BUNDLED } from "../shared/service.ts";

/** How the years before the bundled one are filled. */
export type Past =
  /** by shoppers of their own, who never come back */
  | "others"
  /** by the same shoppers, each doing the same again every year */
  | "same";

export interface ShopSize {
  /** shoppers of a year */
  shoppers: number;
  /** years of history, >= 1 */
  years: number;
  past: Past;
}

/** A year of whole weeks, so that weekdays stay weekdays. */
const YEAR_DAYS = 364;
const SHOPPERS_AT_ONCE = 2_000;
const COLUMNS =
  "event_id, user_key, session_code, type, product, product_code, category, category_code, country, " +
  "price, quantity, amount, fields, at";

/** Fills an empty, migrated database. @returns events stored, and the first moment after them */
export async function makeShop(
  sql: Database,
  { shoppers, years, past }: ShopSize,
): Promise<{ events: number; endMs: number }> {
  const { templates, startMs, endMs } = await takeTemplates(sql);
  let events = 0;
  for (let year = years - 1; year >= 0; year--) {
    for (let from = 0; from < shoppers; from += SHOPPERS_AT_ONCE) {
      const to = Math.min(shoppers, from + SHOPPERS_AT_ONCE);
      events += await addShoppers(sql, { from, to, year, past, templates, startMs, endMs });
    }
  }
  await sql`drop table scale_templates`;
  await sql`vacuum analyze`; // as autovacuum does after an import
  return { events, endMs };
}

/** Reads the bundled shop into a table beside the shop's own, and leaves those empty. */
async function takeTemplates(
  sql: Database,
): Promise<{ templates: number; startMs: number; endMs: number }> {
  await importFile(
    { sql, clock: systemClock, pseudonym: createPseudonymizer("a secret of this bench") },
    BUNDLED,
  );
  const { firstMs, lastMs } = (await eventSpan(sql))!;
  await sql`create table scale_templates as
    select dense_rank() over (order by user_key) - 1 as shopper, e.* from events e where user_key is not null`;
  await sql`create index on scale_templates (shopper)`;
  await sql`truncate events, user_days, day_counts, quality_days, repeats, people, imports`;
  const [{ templates }] = await sql`select max(shopper)::int + 1 as templates from scale_templates`;
  const endMs = (Math.floor(lastMs / DAY_MS) + 1) * DAY_MS;
  return { templates, startMs: Math.floor(firstMs / DAY_MS) * DAY_MS, endMs };
}

/** Adds a year of some shoppers, rolled up by the statements that roll up what comes in. */
async function addShoppers(
  sql: Database,
  { from, to, year, past, templates, startMs, endMs }: {
    from: number;
    to: number;
    /** years before the bundled one */
    year: number;
    past: Past;
    templates: number;
    startMs: number;
    endMs: number;
  },
): Promise<number> {
  const person = past === "same" ? "s" : `s + ${year} * 100000000`;
  const [start, end] = [startMs, endMs].map((ms) => new Date(ms - year * YEAR_DAYS * DAY_MS).toISOString());
  return await inTransaction(sql, async (tx) => {
    await tx.unsafe(
      `create temp table if not exists scale_staged (like events including defaults) on commit delete rows`,
    );
    await tx.unsafe(`insert into scale_staged (${COLUMNS})
      select ${year} || '-' || s || '-' || row_number() over (partition by s), md5('shopper ' || (${person}))::uuid,
        hashint4(session_code # s), type, product, product_code, category, category_code, country,
        price, quantity, amount, fields,
        at - interval '${year * YEAR_DAYS} days' + (hashint4(s) % 500000) * interval '1 second'
      from generate_series(${from}, ${to - 1}) s
      join scale_templates t on t.shopper = (hashint4(s) & 2147483647) % ${templates}`);
    await tx.unsafe(`delete from scale_staged where at < '${start}' or at >= '${end}'`);
    const { count } = await tx.unsafe(
      `insert into events (${COLUMNS}) select ${COLUMNS} from scale_staged order by event_id`,
    );
    await tx.unsafe(addUserDays("scale_staged"));
    await tx.unsafe(addDayCounts("scale_staged"));
    await tx`truncate scale_staged`;
    return count;
  });
}

if (import.meta.main) {
  const [url, shoppers, years = "1"] = Deno.args;
  const sql = connect(url, { max: 2 });
  await migrate(sql);
  const made = await makeShop(sql, { shoppers: Number(shoppers), years: Number(years), past: "others" });
  console.log(JSON.stringify(made));
  await sql.end();
}
