import assert from "node:assert/strict";
import { readCsv } from "../../src/events/csv.ts";
import type { FileRow } from "../../src/events/file_rows.ts";
import type { LineBlock } from "../../src/events/lines.ts";

/** The rows of a text, read in blocks of so many lines. */
async function rowsOf(text: string, blockLines = 3): Promise<FileRow[]> {
  async function* blocks(): AsyncGenerator<LineBlock> {
    const lines = text.split("\n");
    for (let i = 0; i < lines.length; i += blockLines) {
      yield await Promise.resolve({ lines: lines.slice(i, i + blockLines), bytesRead: i });
    }
  }
  return (await Array.fromAsync(readCsv(blocks(), "x.csv"))).flatMap((block) => block.rows);
}

Deno.test("readCsv() names the known columns, leaves the others and empty values out", async () => {
  const rows = await rowsOf("user_id,colour,type,timestamp,price\n7,green,view,2024,\n\n,,cart,2025,1.5");
  assert.deepEqual(rows, [
    { line: 2, raw: { user: "7", type: "view", time: "2024" } },
    { line: 4, raw: { type: "cart", time: "2025", price: "1.5" } },
  ]);
});

for (const [name, delimiter] of [["semicolons", ";"], ["tabs", "\t"]] as const) {
  Deno.test(`readCsv() splits at ${name}, when the header does`, async () =>
    assert.deepEqual(
      await rowsOf(["type", "time"].join(delimiter) + "\n" + ["view", "1,5"].join(delimiter)),
      [
        { line: 2, raw: { type: "view", time: "1,5" } },
      ],
    ));
}

Deno.test("readCsv() loses one line to a stray quote or a missing column, not the rest", async () => {
  const header = "product,type,time";
  const tail = Array.from({ length: 30 }, (_, i) => `p${i},view,${i}`);
  const rows = await rowsOf([header, "tea,view", '"oops,view,1', ...tail].join("\n"));
  assert.deepEqual(rows.slice(0, 3), [
    { line: 2, unreadable: "has 2 columns, the header has 3" },
    { line: 3, unreadable: "quote is never closed" },
    { line: 4, raw: { product: "p0", type: "view", time: "0" } },
  ]);
  assert.equal(rows.length, 32);
});

Deno.test("readCsv() joins the lines of a quoted field, also across blocks, and gives up at the end", async () => {
  const rows = await rowsOf('product,type,time\n"green\ntea",view,1\ncup,view,2\n"pot,view,3', 2);
  assert.deepEqual(rows, [
    { line: 2, raw: { product: "green\ntea", type: "view", time: "1" } },
    { line: 4, raw: { product: "cup", type: "view", time: "2" } },
    { line: 5, unreadable: "quote is never closed" },
  ]);
});

Deno.test("readCsv() names all columns that are missing and those there are", async () =>
  await assert.rejects(rowsOf("user_id,price\n1,2"), {
    name: "InvalidInputError",
    message: 'Cannot import "x.csv": need a column type (or event_type, event, event_name) and ' +
      'time (or timestamp, event_time), have "user_id", "price"',
  }));

Deno.test("readCsv() refuses an empty file", async () =>
  await assert.rejects(rowsOf(""), { message: 'Cannot import "x.csv": it is empty' }));
