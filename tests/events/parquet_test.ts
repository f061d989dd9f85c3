/** Parquet as databases write it: see `files/make_parquet.py` for how the file was made. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parquetWriteBuffer } from "hyparquet-writer";
import { openEventFile } from "../../src/events/read_file.ts";
import { decimalOf } from "../../src/events/parquet_decimals.ts";
import { shortestSingle } from "../../src/events/parquet_singles.ts";
import { tryBytes } from "./support.ts";

for (const value of [10.1, 0.1, 1234.56, -0.07, 16777217, 1e-7, 3]) {
  Deno.test(`shortestSingle() finds ${value} again where 32 bits can hold its digits`, () =>
    assert.equal(shortestSingle(Math.fround(value)), value === 16777217 ? 16777216 : value));
}

Deno.test("Parquet: money of 32 bits has its own digits, bytes with NUL are hexadecimal, no rows are none", async () => {
  const columns = (n: number) => [
    {
      name: "user_id",
      data: [new Uint8Array(15), new Uint8Array(16)].slice(0, n),
      type: "BYTE_ARRAY" as const,
    },
    { name: "type", data: ["purchase", "purchase"].slice(0, n), type: "STRING" as const },
    { name: "timestamp", data: ["2024-03-04", "2024-03-05"].slice(0, n), type: "STRING" as const },
    { name: "amount", data: [10.1, 20.2].slice(0, n), type: "FLOAT" as const },
  ];
  const bytes = (n: number) => new Uint8Array(parquetWriteBuffer({ columnData: columns(n) }));
  const { summary } = await tryBytes(bytes(2));
  assert.deepEqual([summary.accepted, summary.shoppers, summary.amount], [2, 2, 30.3]);
  assert.equal((await tryBytes(bytes(0))).summary.read, 0);
});

const MOMENT = new Date("2024-03-04T08:26:00.500Z");
const BERLIN = "2024-03-04T07:26:00.500Z";
const TIMES = [
  [
    "a moment in UTC is that moment, whatever the zone",
    { at: MOMENT },
    { at: moment(true) },
    {},
    MOMENT.toISOString(),
  ],
  ["a moment without a zone is of the plan's", { at: MOMENT }, { at: moment(false) }, {
    zone: "Europe/Berlin",
  }, BERLIN],
  ["a moment without a zone is in UTC where none is stated", { at: MOMENT }, { at: moment(false) }, {
    zone: undefined,
  }, MOMENT.toISOString()],
  ["a day begins in the plan's zone", { at: new Date("2024-03-04") }, {
    at: { type: "INT32", converted_type: "DATE" },
  }, {
    zone: "Europe/Berlin",
  }, "2024-03-03T23:00:00.000Z"],
  [
    "a day and a clock time of ms",
    { day: new Date("2024-03-04"), at: 30_360_500 },
    {
      day: { type: "INT32", converted_type: "DATE" },
      at: clock("MILLIS", "INT32"),
    },
    { zone: "Europe/Berlin", map: { time: "day+at" } },
    BERLIN,
  ],
  [
    "a day and a clock time of microseconds",
    { day: new Date("2024-03-04"), at: 30_360_500_000n },
    {
      day: { type: "INT32", converted_type: "DATE" },
      at: clock("MICROS", "INT64"),
    },
    { zone: "Europe/Berlin", map: { time: "day+at" } },
    BERLIN,
  ],
] as const;

function moment(isAdjustedToUTC: boolean) {
  return { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC, unit: "MILLIS" } };
}
function clock(unit: string, type: string) {
  return { type, logical_type: { type: "TIME", isAdjustedToUTC: false, unit } };
}

for (const [name, row, schemas, plan, want] of TIMES) {
  Deno.test(`Parquet: ${name}`, async () => {
    const values: Record<string, unknown> = { user_id: "17", type: "purchase", ...row };
    const columnData = Object.entries(values).map(([name, value]) => ({ name, data: [value] }));
    const elements = Object.keys(values).map((name) => ({
      repetition_type: "REQUIRED",
      ...(schemas as Record<string, object>)[name] ?? { type: "BYTE_ARRAY", converted_type: "UTF8" },
      name,
    }));
    const schema = [{ name: "root", num_children: elements.length }, ...elements];
    // deno-lint-ignore no-explicit-any -- schemas as the format has them
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, schema: schema as any }));
    const { summary } = await tryBytes(bytes, { map: { time: "at" }, ...plan });
    assert.deepEqual([summary.accepted, summary.first], [1, want], JSON.stringify(summary.refusals));
  });
}

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
