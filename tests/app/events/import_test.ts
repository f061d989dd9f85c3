import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Database } from "../../../src/db/connect.ts";
import { importFile, type ImportProgress } from "../../../src/app/events/import.ts";
import { pseudonym, withEvents } from "../../db/events_support.ts";

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
          name: "events.csv",
          already: false,
          added: 500,
          linesDone: 501,
          accepted: 500,
          duplicates: 0,
          quarantined: 0,
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
        [...csv(3).trimEnd().split("\n"), ...bad, csv(30).split("\n")[30]].join("\n"),
      );
      const { accepted, quarantined } = await importFile({ sql, clock, pseudonym }, path("x"));
      assert.deepEqual([accepted, quarantined], [4, 3]);
      const rows =
        await sql`select reason, field, source, body from quarantine order by (body ->> 'line')::int`;
      assert.deepEqual(rows.map((row) => [row.reason, row.field, row.source, row.body.line]), [
        ["has 2 columns, the header has 7", null, "import x", 5],
        ["price is negative", "price", "import x", 6],
        ["quote is never closed", null, "import x", 7],
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
      const want = Array.from({ length: 7 }, (_, i) => [`u${i}`, pseudonym(`u${i}`)]);
      for (let run = 0; run < 2; run++) {
        const told: string[][] = [];
        await importFile({ sql, clock, pseudonym }, path("x"), { onUser: (...user) => told.push(user) });
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
    })
  ));
