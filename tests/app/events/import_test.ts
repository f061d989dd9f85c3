import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Database } from "../../../src/db/connect.ts";
import { importFile, type ImportProgress } from "../../../src/app/events/import.ts";
import { reprocessQuarantine } from "../../../src/app/events/reprocess.ts";
import { tryImport } from "../../../src/app/events/try_import.ts";
import { undoneImport } from "../../../src/app/events/undo_import.ts";
import { CONFLICT } from "../../../src/events/content.ts";
import { Tally } from "../../../src/events/tally.ts";
import { keyOf, pseudonym, withEvents } from "../../db/events_support.ts";

const clock = () => Date.UTC(2024, 4, 1);
const PARQUET = fileURLToPath(new URL("../../events/files/events.parquet", import.meta.url));
const HEADER = "user_id,type,product_id,price,quantity,timestamp,country";

/** `n` purchases of 7 shoppers, a minute apart. */
const csv = (n: number) =>
  [HEADER, ...Array.from({ length: n }, (_, i) => `u${i % 7},purchase,p${i % 5},2,3,${minute(i)},UK`)].join(
    "\n",
  ) + "\n";
const minute = (i: number) => new Date(Date.UTC(2024, 1, 28) + i * 60_000).toISOString();

async function inFolder(work: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "perennial-import-"));
  try {
    await work((name) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function stored(sql: Database): Promise<number[]> {
  const [row] = await sql`select (select count(*)::int from events) as events,
    (select coalesce(sum(events), 0)::int from day_counts) as counted,
    (select coalesce(sum(purchases), 0)::int from user_days) as purchases`;
  return [row.events, row.counted, row.purchases];
}

for (const gzip of [false, true]) {
  Deno.test(`importFile() reads ${gzip ? "gzipped " : ""}CSV, and each line once, however often it is called`, () =>
    inFolder((path) =>
      withEvents(async (sql) => {
        const file = path("events.csv");
        await writeFile(file, gzip ? gzipSync(csv(500)) : csv(500));
        const progress: ImportProgress[] = [];
        const deps = { sql, clock, pseudonym };
        const first = await importFile(deps, file, { batch: 200, onProgress: (p) => progress.push(p) });
        assert.deepEqual(first, {
          id: 1,
          name: "events.csv",
          already: false,
          added: 500,
          linesDone: 501,
          accepted: 500,
          duplicates: 0,
          quarantined: 0,
          conflicts: 0,
        });
        assert.deepEqual(progress.map((p) => p.linesDone), [201, 401, 501]);
        assert.ok(progress.every((p) => p.bytesRead > 0 && p.bytesRead <= p.bytesTotal));
        assert.deepEqual(await stored(sql), [500, 500, 500]);
        await copyFile(file, path("again.csv"));
        const again = await importFile(deps, path("again.csv"));
        assert.deepEqual([again.already, again.added, again.accepted], [true, 0, 500]);
        await writeFile(file, csv(510));
        const grown = await importFile(deps, file);
        assert.deepEqual([grown.already, grown.added, grown.duplicates], [false, 10, 500]);
        assert.deepEqual(await stored(sql), [510, 510, 510]);
      })
    ));
}

Deno.test("importFile() counts equal lines of one file separately, and takes times without a zone for UTC", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const line = "ann,purchase,tea,2,3,2024-02-29 23:59:59,UK";
      await writeFile(path("x"), `\ufeff${HEADER}\r\n${line}\r\n${line}\r\n`);
      assert.equal((await importFile({ sql, clock, pseudonym }, path("x"))).accepted, 2);
      const [{ day, units, spend }] = await sql`select day, units, spend from user_days`;
      assert.deepEqual([day, units, spend], [Date.UTC(2024, 1, 29) / 86_400_000, 6, 12]);
    })
  ));

Deno.test("importFile() puts lines it cannot use into quarantine, without their text, and goes on", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const bad = ["ann,purchase", "ann,purchase,tea,-2,3,2024-02-29,UK", '"ann,view,tea,,,2024-02-29,UK'];
      await writeFile(
        path("x"),
        [...csv(3).trimEnd().split("\n"), csv(30).split("\n")[30], ...bad].join("\n"),
      );
      const { accepted, quarantined } = await importFile({ sql, clock, pseudonym }, path("x"));
      assert.deepEqual([accepted, quarantined], [4, 3]);
      const rows =
        await sql`select reason, field, source, body from quarantine order by (body ->> 'line')::int`;
      assert.deepEqual(rows.map((row) => [row.reason, row.field, row.source, row.body.line]), [
        ["time is missing, not text and not a number", "time", "import x", 6],
        ["price is negative", "price", "import x", 7],
        ["quote is never closed", null, "import x", 8],
      ]);
      assert.ok(!JSON.stringify(rows).includes("ann"));
    })
  ));

Deno.test("importFile() reads NDJSON line by line", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const good = { event: "view", userId: 7, timestamp: "2024-02-29T12:00:00Z" };
      const lines = [good, { ...good, id: "a" }, { ...good, id: "a" }, { ...good, event: 1 }, [good]];
      await writeFile(
        path("x.jsonl.gz"),
        gzipSync([...lines.map((l) => JSON.stringify(l)), "{", ""].join("\n")),
      );
      const { accepted, duplicates, quarantined } = await importFile(
        { sql, clock, pseudonym },
        path("x.jsonl.gz"),
      );
      assert.deepEqual([accepted, duplicates, quarantined], [2, 1, 3]);
      const reasons = await sql`select reason from quarantine order by (body ->> 'line')::int`;
      assert.deepEqual(reasons.map((row) => row.reason), [
        "type is missing or not text",
        "line is not a JSON object",
        "line is not JSON",
      ]);
    })
  ));

Deno.test("importFile() reads Parquet, gzipped or not, as the same events", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      await writeFile(path("x.gz"), gzipSync(await Deno.readFile(PARQUET)));
      const users = new Map<string, string>();
      const deps = { sql, clock, pseudonym };
      const plain = await importFile(deps, PARQUET, { onUser: (user, key) => users.set(key, user) });
      assert.deepEqual([plain.accepted, plain.quarantined], [3, 1]);
      const zipped = await importFile(deps, path("x.gz"));
      assert.deepEqual([zipped.accepted, zipped.duplicates, zipped.quarantined], [0, 3, 1]);
      const rows = await sql`select user_key, type, product, quantity, amount, at from events order by at`;
      assert.deepEqual(
        rows.map((r) => [users.get(r.userKey) ?? null, r.type, r.product, r.quantity, r.amount, r.at]),
        [
          ["17850", "view", "tea", null, null, "2024-02-29T12:00:00.000Z"],
          ["1152921504606846977", "purchase", "tea", 2, 5, "2024-02-29T12:01:00.000Z"],
          [null, "view", "cup", null, null, "2024-02-29T12:02:00.000Z"],
        ],
      );
    })
  ));

Deno.test("importFile() tells the shoppers of a file, each once, also when it was imported before", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      await writeFile(path("x"), csv(20));
      for (let run = 0; run < 2; run++) {
        const told: string[][] = [];
        await importFile({ sql, clock, pseudonym }, path("x"), { onUser: (...user) => told.push(user) });
        const users = Array.from({ length: 7 }, (_, i) => `u${i}`);
        const want = await Promise.all(users.map(async (user) => [user, await keyOf(sql, user)]));
        assert.deepEqual(told, want);
      }
    })
  ));

Deno.test("importFile() stops between batches when told to, and goes on later", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      await writeFile(path("x"), csv(500));
      const stop = new AbortController();
      const deps = { sql, clock, pseudonym };
      const options = {
        batch: 50,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error("told to stop")),
      };
      await assert.rejects(importFile(deps, path("x"), options), /told to stop/);
      const [events] = await stored(sql);
      assert.ok(events > 0 && events < 500, String(events));
      const { accepted, duplicates, added } = await importFile(deps, path("x"));
      assert.deepEqual([accepted, duplicates, added], [500, 0, 500 - events]);
      assert.deepEqual(await stored(sql), [500, 500, 500]);
    })
  ));

Deno.test("importFile() goes on behind the last batch, when its process was killed in the middle", () =>
  inFolder((path) =>
    withEvents(async (sql, url) => {
      const total = 20_000;
      await writeFile(path("x"), csv(total));
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", fileURLToPath(new URL("./import_child.ts", import.meta.url)), url, path("x")],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      for await (const _batch of child.stdout) break; // its first committed batches
      child.kill("SIGKILL");
      await child.status;
      const [{ linesDone }] = await sql`select lines_done from imports`;
      const { accepted, duplicates, linesDone: end } = await importFile({ sql, clock, pseudonym }, path("x"));
      assert.ok(linesDone > 0 && linesDone < total, `killed after line ${linesDone}`);
      assert.deepEqual([accepted, duplicates, end], [total, 0, total + 1]);
      assert.deepEqual(await stored(sql), [total, total, total]);
    })
  ));

Deno.test("importFile() says what is wrong with a file, when it cannot be imported", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const deps = { sql, clock, pseudonym };
      await writeFile(path("columns.csv"), "user_id,price\n1,2\n");
      await assert.rejects(
        importFile(deps, path("columns.csv")),
        /need a column type \(or .*\) and time \(or /,
      );
      await writeFile(path("empty.csv"), "");
      await assert.rejects(importFile(deps, path("empty.csv")), /it is empty/);
      await writeFile(path("cut.csv.gz"), gzipSync(csv(5000)).subarray(0, 5000));
      await assert.rejects(importFile(deps, path("cut.csv.gz")), /Cannot read "cut.csv.gz"/);
      await assert.rejects(importFile(deps, path("nowhere.csv")), { code: "ENOENT" });
      assert.equal((await sql`select from imports`).length, 0, "none of them began");
    })
  ));

const march = (day: number) =>
  `u${day % 7},purchase,p,2,3,${new Date(Date.UTC(2024, 2, day)).toISOString()},UK`;

Deno.test("importFile() counts what overlapping exports without ids share once, wherever it stands in them", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const lines = Array.from({ length: 45 }, (_, i) => march(i + 1));
      const twice = [...lines.slice(0, 31), lines[4]]; // bought again within the same second
      await writeFile(path("march.csv"), [HEADER, ...twice.toReversed()].join("\n"));
      await writeFile(path("both.csv"), [HEADER, ...lines, lines[4]].join("\n"));
      const deps = { sql, clock, pseudonym };
      const first = await importFile(deps, path("march.csv"));
      const second = await importFile(deps, path("both.csv"));
      assert.deepEqual([first.accepted, first.duplicates, first.conflicts], [32, 0, 0]);
      assert.deepEqual([second.accepted, second.duplicates, second.conflicts], [14, 32, 0]);
      assert.deepEqual(await stored(sql), [46, 46, 46]);
    })
  ));

Deno.test("importFile() puts aside what comes under an id that is stored with other content", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const lines = ["o1,p1,10", "o1,p2,20", "o1,p2,20", "o1,p1,10"].map((line) =>
        `u1,purchase,2024-03-04,${line}`
      );
      await writeFile(
        path("x.csv"),
        ["user_id,type,timestamp,event_id,product_id,amount", ...lines].join("\n"),
      );
      const tally = new Tally();
      const result = await importFile({ sql, clock, pseudonym }, path("x.csv"), { tally });
      assert.deepEqual([result.accepted, result.duplicates, result.conflicts, result.quarantined], [
        1,
        1,
        2,
        2,
      ]);
      const { read, accepted, duplicates, conflicts, refused } = tally.summary();
      assert.deepEqual([read, accepted, duplicates, conflicts, refused], [4, 1, 1, 2, 0]);
      const rows =
        await sql`select event_id, reason, field, body -> 'line' as line from quarantine order by line`;
      assert.deepEqual(rows.map((row) => [row.eventId, row.reason, row.field, row.line]), [
        ["o1", CONFLICT, "id", 3],
        ["o1", CONFLICT, "id", 4],
      ]);
      const wanted = { after: 0, limit: 10 };
      const again = await reprocessQuarantine({ sql, nowMs: clock(), pseudonym }, wanted);
      assert.deepEqual([again.accepted, again.duplicates, again.failed], [0, 0, 2]);
    })
  ));

Deno.test("importFile() counts two files and their interrupted import as it counts them in one go", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      await writeFile(path("x.csv"), csv(500) + "u1,purchase,p,-1,1,2024-02-29,UK\n");
      const trial = await tryImport([path("x.csv")], { nowMs: clock() });
      const stop = new AbortController();
      const deps = { sql, clock, pseudonym };
      const onProgress = () => stop.abort(new Error("told to stop"));
      await assert.rejects(
        importFile(deps, path("x.csv"), { batch: 50, signal: stop.signal, onProgress }),
        /stop/,
      );
      for (let run = 0; run < 2; run++) {
        const tally = new Tally();
        await importFile(deps, path("x.csv"), { tally });
        assert.deepEqual(tally.summary(), trial.summary);
      }
      const both = new Tally();
      await writeFile(path("y.csv"), csv(505));
      await importFile(deps, path("x.csv"), { tally: both });
      await importFile(deps, path("y.csv"), { tally: both });
      const { read, accepted, duplicates, refused, shoppers } = both.summary();
      assert.deepEqual([read, accepted, duplicates, refused], [1006, 505, 500, 1]);
      assert.ok(shoppers >= 7);
    })
  ));

Deno.test("undoneImport() takes an import out with all that was counted of it, and its file can be imported anew", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const deps = { sql, clock, pseudonym };
      await writeFile(path("a.csv"), csv(300));
      await writeFile(
        path("b.csv"),
        csv(300).replaceAll("purchase", "view") + "u1,view,p,-1,1,2024-02-29,UK\n",
      );
      await importFile(deps, path("a.csv"));
      const state = async () =>
        [
          await sql`select * from user_days order by user_key, day`,
          await sql`select day, type, sum(events) as events, sum(priced) as priced from day_counts group by 1, 2 order by 1, 2`,
          await sql`select event_id from events order by 1`,
          await sql`select reason from quarantine`,
        ].map((rows) => [...rows]);
      const before = await state();
      const { id } = await importFile(deps, path("b.csv"));
      assert.deepEqual(await stored(sql), [600, 600, 300]);
      const undone = await undoneImport(sql, id, { who: "ann", why: "the test shop" });
      assert.deepEqual([undone.events, undone.quarantined], [300, 1]);
      assert.deepEqual(await state(), before);
      const [entry] = await sql`select who, action, why from audit`;
      assert.deepEqual([entry.who, entry.action, entry.why], ["ann", "undo import", "the test shop"]);
      await assert.rejects(undoneImport(sql, id, { who: "ann", why: "again" }), /undone before/);
      await assert.rejects(undoneImport(sql, 99, { who: "ann", why: "none" }), { name: "NotFoundError" });
      assert.equal((await importFile(deps, path("b.csv"))).added, 300);
    })
  ));

Deno.test("importFile() keeps no shopper's id, whatever was refused", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const user = "ann.miller@example.org";
      const lines = [
        { type: "purchase", user, time: "2024-02-29", price: -1 },
        { type: "purchase", user: user.padEnd(300, "x"), time: "2024-02-29" },
        { type: "purchase", user, id: user, time: "2024-02-29" },
        { type: "purchase", user, id: user, time: "2024-02-28" },
      ].map((line) => JSON.stringify(line));
      const text = [...lines, `{"user":"${user}"`].join("\n");
      await writeFile(path("x.ndjson"), text);
      await importFile({ sql, clock, pseudonym }, path("x.ndjson"));
      for (const table of ["imports", "quarantine"]) {
        const rows = await sql`select t::text from ${sql(table)} t where t::text like ${"%ann.miller%"}`;
        assert.deepEqual(rows.filter((row) => !JSON.stringify(row).includes(CONFLICT)), [], table);
      }
    })
  ));

Deno.test("importFile() stores what no database spells as far as it can, and tells the rest", () =>
  inFolder((path) =>
    withEvents(async (sql) => {
      const good = { type: "purchase", user: "u1", time: "2024-02-29", "na\0me": 1 };
      const lines = [
        { ...good, product: "a\ud800b" },
        { ...good, product: "n\0" },
        { ...good, currency: "E\0R" },
        { ...good, currency: "E\0R", time: "2024-02-28" },
        { ...good, currency: "\ud83d" },
        { ...good, type: "pur\0chase" },
      ];
      await writeFile(path("x.ndjson"), lines.map((line) => JSON.stringify(line)).join("\n"));
      const { accepted, quarantined } = await importFile({ sql, clock, pseudonym }, path("x.ndjson"));
      assert.deepEqual([accepted, quarantined], [2, 4]); // a name that nobody reads may be spelt as it likes
    })
  ));
