/** Parquet as databases write it: see `files/make_parquet.py` for how the file was made. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openEventFile } from "../../src/events/read_file.ts";
import { decimalOf } from "../../src/events/parquet_decimals.ts";

const CASES: readonly [stored: unknown, scale: number, want: unknown][] = [
  [1250, 2, 12.5],
  [57, 2, 0.57],
  [-5n, 2, -0.05],
  [17850n, 0, 17850],
  [123456789012345678n, 0, "123456789012345678"],
  [-12345678901234567n, 2, "-123456789012345.67"],
  [new Uint8Array([0xff, 0x9c]), 2, -1],
  [null, 2, null],
];
for (const [stored, scale, want] of CASES) {
  Deno.test(`decimalOf() of ${stored} with ${scale} decimals is ${want}`, () =>
    assert.equal(decimalOf(stored, scale), want));
}

Deno.test("decimals, nanoseconds, bytes and unsigned numbers of Parquet keep what they say", async () => {
  const path = fileURLToPath(new URL("./files/types.parquet", import.meta.url));
  const file = await openEventFile(path, { map: { session: "order" }, explode: "lines" });
  const rows: unknown[] = [];
  for await (const block of file.read()) rows.push(...block.rows.map((row) => "raw" in row ? row.raw : row));
  const common = { type: "purchase", price: 0.57 };
  const second = {
    ...common,
    user: "12345678901234567891",
    session: 1,
    category: "tea",
    time: 1709546400000,
  };
  assert.deepEqual(rows, [
    {
      ...common,
      user: "12345678901234567890",
      session: "18446744073709551615",
      category: "00ff10",
      product: "9007199254740993",
      time: 1709546400123,
    },
    { ...second, product: 2 },
    { ...second, product: 3 },
  ]);
});
