import assert from "node:assert/strict";
import type { Database } from "../../src/db/connect.ts";
import { listCycles } from "../../src/db/cycles/cycles.ts";
import { CycleSort } from "../../src/retraining/cycle.ts";
import { makeFixture, NOW_MS } from "../dashboard/fixture.ts";
import { insertFixture } from "../dashboard/rows.ts";
import { withDatabase } from "./database.ts";

const fixture = makeFixture();
const insert = (sql: Database) =>
  insertFixture(sql, fixture, { nextCheckAt: new Date(NOW_MS).toISOString() });

/** What each sort goes by, read from the cycles themselves; null comes last either way. */
const BY: Record<CycleSort, (c: typeof fixture.cycles[number]) => number | string | null> = {
  started: (c) => c.startedAt,
  model: (c) => c.model,
  asOf: (c) => c.asOf,
  trigger: (c) => c.trigger,
  verdict: (c) => c.verdict && ["promote", "reject", "inconclusive"].indexOf(c.verdict),
  outcome: (c) =>
    c.outcome &&
    ["deployed", "rolling out", "rejected", "inconclusive", "failed", "cancelled", "rolled back"].indexOf(
      c.outcome,
    ),
  change: (c) => c.evidence && c.evidence.difference.mean / c.evidence.championLoss,
  took: (c) => c.endedAt && Date.parse(c.endedAt) - Date.parse(c.startedAt),
};

for (const sort of CycleSort.options) {
  Deno.test(`listCycles() sorts by ${sort}, both ways, what has none of it last, page by page`, () =>
    withDatabase(async (sql) => {
      await insert(sql);
      for (const order of ["asc", "desc"] as const) {
        const all = await listCycles(sql, { sort, order, limit: 1000 });
        assert.equal(all.length, fixture.cycles.length);
        const values = all.map(BY[sort]);
        const known = values.filter((v) => v !== null) as (number | string)[];
        assert.deepEqual(values.slice(known.length).filter((v) => v !== null), [], "null comes last");
        for (let i = 1; i < known.length; i++) {
          assert.ok(
            order === "asc" ? known[i - 1] <= known[i] : known[i - 1] >= known[i],
            `${known[i - 1]} before ${known[i]}`,
          );
        }
        const paged = [0, 17, 34].map((offset) => listCycles(sql, { sort, order, limit: 17, offset }));
        assert.deepEqual((await Promise.all(paged)).flat(), all);
      }
    }));
}

Deno.test("listCycles() filters by model, outcome and trigger together", () =>
  withDatabase(async (sql) => {
    await insert(sql);
    const found = await listCycles(sql, { model: "churn", trigger: "force" });
    assert.deepEqual(found.map((c) => [c.model, c.trigger]), [["churn", "force"]]);
    assert.deepEqual(await listCycles(sql, { trigger: "force", outcome: "failed" }), []);
  }));

Deno.test("listCycles() finds by days of the data and by words", () =>
  withDatabase(async (sql) => {
    await insert(sql);
    const numbers = async (query: Parameters<typeof listCycles>[1]) =>
      (await listCycles(sql, { model: "churn", ...query })).map(({ number }) => number).sort((a, b) => a - b);
    assert.deepEqual(await numbers({ from: "2011-02-15", to: "2011-03-01" }), [2, 3]);
    assert.deepEqual(await numbers({ to: "2011-02-01" }), [1]);
    assert.deepEqual(await numbers({ text: "FORCE owner" }), [13]);
    assert.deepEqual(await numbers({ text: "100 % of nothing" }), []);
    const failed = await listCycles(sql, { text: "out of memory" });
    assert.deepEqual(failed.map(({ outcome }) => outcome), ["failed"]);
  }));

const MANY = 10_000;
const RUNS = 5;

/** Returns the shortest of a few runs: whatever else the machine does only adds to it. */
async function shortestMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = performance.now();
    await work();
    times.push(performance.now() - before);
  }
  return Math.min(...times);
}

Deno.test(`listCycles() sorts ${MANY} cycles in less than it takes to read them whole, any page`, () =>
  withDatabase(async (sql) => {
    await insert(sql);
    await sql`insert into cycles (id, model, number, run_id, trigger, as_of, stage, reasons, champion, challenger,
        verdict, evidence, outcome, stages, started_at, ended_at)
      select 'retrainer/' || model || '/cycle/' || 1000 + n, model, 1000 + n, run_id, trigger, as_of, stage, reasons,
        champion, challenger, verdict, evidence, outcome, stages, started_at - n * interval '1 hour',
        ended_at - n * interval '1 hour' + n % 977 * interval '1 second'
      from (select *, row_number() over (partition by model order by number) as place from cycles) c,
        generate_series(1, ${MANY / 2}) n where place = 1 + n % 20`;
    await sql`vacuum analyze cycles`; // as Postgres does by itself after a while
    const wholeMs = await shortestMs(() => sql`select sum(length(cycles::text)) from cycles`);
    const slow: string[] = [];
    for (const sort of CycleSort.options) {
      for (const offset of [0, MANY / 2, MANY - 50]) {
        const ms = await shortestMs(async () => {
          assert.equal((await listCycles(sql, { sort, limit: 51, offset })).length, 51);
        });
        if (ms > wholeMs) slow.push(`${sort} from ${offset}: ${ms} ms of ${wholeMs} ms`);
      }
    }
    assert.deepEqual(slow, []);
  }));
