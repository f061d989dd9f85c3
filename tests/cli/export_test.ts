import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Client } from "../../src/client/client.ts";
import { historyPages } from "../../src/cli/history_pages.ts";
import { writePieces } from "../../src/cli/write_pieces.ts";
import type { HistoryEntry } from "../../src/app/export/rows.ts";
import { HISTORY_TEXT } from "../../src/app/export/file.ts";

const NONE = {
  requestedBy: null,
  endedAt: null,
  seconds: null,
  verdict: null,
  outcome: null,
  champion: null,
};
const entry = (number: number): HistoryEntry => ({
  ...NONE,
  id: `retrainer/churn/cycle/${number}`,
  model: "churn",
  number,
  trigger: "interval",
  asOf: "2011-09-01T00:00:00Z",
  startedAt: "2011-09-01T00:00:00Z",
  text: `it, "runs"`,
  error: null,
  challenger: null,
  against: null,
  loss: null,
  championLoss: null,
  challengerLoss: null,
  difference: null,
});

/** A service with so many cycles, where one more begins after each page. */
function growing(cycles: number) {
  const asked: number[] = [];
  let newest = cycles - 1;
  const history: Client["history"] = (query = {}) => {
    const [offset, limit] = [Number(query.offset), Number(query.limit)];
    asked.push(offset);
    const total = ++newest;
    const numbers = Array.from({ length: Math.min(limit, total - offset) }, (_, i) => total - offset - i);
    const next = offset + limit < total ? offset + limit : null;
    return Promise.resolve({ cycles: numbers.map(entry), next });
  };
  return { client: { history }, asked };
}

async function textOf(format: keyof typeof HISTORY_TEXT, cycles: number): Promise<string> {
  return (await Array.fromAsync(HISTORY_TEXT[format](historyPages(growing(cycles).client, {})))).join("");
}

Deno.test("an export tells each cycle once, though others begin while it reads", async () => {
  const wanted = Array.from({ length: 1700 }, (_, i) => 1700 - i);
  const { cycles } = JSON.parse(await textOf("json", 1700));
  assert.deepEqual(cycles.map((c: HistoryEntry) => c.number), wanted);
  const rows = parse(await textOf("csv", 1700), { columns: true }) as Record<string, string>[];
  assert.deepEqual(rows.map((r) => Number(r.number)), wanted);
  assert.equal(rows[0].text, `it, "runs"`);
});

Deno.test("an export holds one page: no page is asked for before the one before is written", async () => {
  for (const format of ["csv", "json"] as const) {
    const { client, asked } = growing(1700);
    const seen: number[] = [];
    for await (const _piece of HISTORY_TEXT[format](historyPages(client, {}))) seen.push(asked.length);
    assert.deepEqual(seen.slice(0, 5), [0, 1, 2, 3, 4], format);
  }
});

Deno.test("an export of no cycles is whole, too", async () => {
  const empty = () => historyPages({ history: () => Promise.resolve({ cycles: [], next: null }) }, {});
  const text = async (format: "csv" | "json") =>
    (await Array.fromAsync(HISTORY_TEXT[format](empty()))).join("");
  assert.deepEqual(JSON.parse(await text("json")), { cycles: [], next: null });
  assert.match(await text("csv"), /^id,model,[^\r\n]*\r\n$/);
});

Deno.test("writePieces leaves the file as it was when a piece fails, and nothing beside it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "perennial-export-" });
  const names = () => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  const [path, link] = [join(folder, "history.csv"), join(folder, "link.csv")];
  const pieces = async function* (fails: boolean) {
    yield await Promise.resolve("new, ");
    if (fails) throw new Error("the service went away");
    yield new TextEncoder().encode("whole");
  };
  try {
    await Deno.writeTextFile(path, "old");
    await assert.rejects(writePieces(path, pieces(true)), /went away/);
    assert.deepEqual([await Deno.readTextFile(path), names()], ["old", ["history.csv"]]);
    await writePieces(path, pieces(false));
    assert.deepEqual([await Deno.readTextFile(path), names()], ["new, whole", ["history.csv"]]);
    await Deno.symlink(path, link);
    await writePieces(link, pieces(false)); // through the link, which stays one
    assert.ok((await Deno.lstat(link)).isSymlink);
    await assert.rejects(writePieces(join(folder, "none", "x.csv"), pieces(false)), /there is no folder/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
