import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { changesOf } from "../../src/detect/changes.ts";
import { encodeFeatures } from "../../src/detect/features.ts";
import { cleanedColumn } from "../../src/detect/odd_cells.ts";
import { cellText, readTable, type Table } from "../../src/detect/table.ts";
import { knownRows, targetOf } from "../../src/detect/target.ts";

async function tableOf(text: string, { gzip = false } = {}): Promise<Table> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-table-" });
  try {
    const file = join(folder, "rows.csv");
    await Deno.writeFile(file, gzip ? gzipSync(text) : new TextEncoder().encode(text));
    return await readTable(file, () => undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const column = (table: Table, name: string) => table.columns.find((one) => one.name === name)!;
const cells = (table: Table, name: string) =>
  Array.from({ length: table.rows }, (_, row) => cellText(column(table, name), row));

Deno.test("readTable() reads numbers, texts, missing cells and quotes, with each delimiter, packed or not", async () => {
  for (const delimiter of [",", ";", "\t"]) {
    for (const gzip of [false, true]) {
      const lines = ["a,b,c", "1.5,red,NA", '-2e3,"a ""big""\nbox",7', "?,,0x10", "", "1,2"];
      const table = await tableOf(lines.join("\r\n").replaceAll(",", delimiter), { gzip });
      assert.deepEqual([table.rows, table.unreadable], [3, 1]);
      assert.deepEqual(cells(table, "a"), ["1.5", "-2000", undefined]);
      assert.deepEqual(cells(table, "b"), ["red", 'a "big"\nbox', undefined]);
      assert.deepEqual(cells(table, "c"), [undefined, "7", "16"]);
    }
  }
});

Deno.test("readTable() counts each line of a damaged record, and reads none of them as rows", async () => {
  const rest = Array.from({ length: 30 }, (_, i) => `${i},x`);
  const closed = await tableOf(["a,b", '1,"oops', '2,"end"', ...rest].join("\n"));
  assert.deepEqual([closed.rows, closed.unreadable], [30, 2]);
  const open = await tableOf(["a,b", ...rest, '1,"oops', '2,"end'].join("\n"));
  assert.deepEqual([open.rows, open.unreadable], [30, 2]);
});

Deno.test("readTable() says what is wrong with a file it cannot read", async () => {
  await assert.rejects(tableOf(""), /Cannot read "rows.csv": it is empty/);
  await assert.rejects(tableOf("a,b,a\n1,2,3"), /"a" twice/);
  await assert.rejects(readTable("none.csv", () => undefined), /Cannot find file "none.csv"/);
});

Deno.test("encodeFeatures() makes numbers of numbers, categories of texts, and both of codes", async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i / 7},${["red", "blue"][i % 2]},${i % 4},id${i}`);
  const table = await tableOf(["size,colour,door,id", ...rows, "x,green,9,id"].join("\n"));
  const { names, values } = encodeFeatures(table.columns, table.rows, 200);
  assert.deepEqual(names, [
    "size",
    "colour=red",
    "colour=blue",
    "door",
    "door=0",
    "door=1",
    "door=2",
    "door=3",
  ]);
  assert.deepEqual([...values.subarray(8, 16)], [Math.fround(1 / 7), 0, 1, 1, 0, 1, 0, 0]);
  assert.deepEqual([...values.subarray(200 * 8)], [NaN, 0, 0, 9, 0, 0, 0, 0]);
});

Deno.test("targetOf() takes text and few whole numbers for classes, other numbers for quantities", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 3},${i},${i / 8},word${i % 2},`);
  const table = await tableOf(["few,many,real,text,none", ...rows, ",,,,"].join("\n"));
  const target = (name: string) => targetOf(column(table, name), 50);
  assert.deepEqual(["few", "many", "real", "text"].map((name) => target(name).kind), [
    "classes",
    "number",
    "number",
    "classes",
  ]);
  assert.throws(() => target("none"), /first 50 rows: need two different values, have none/);
  assert.throws(() => targetOf(column(table, "few"), 1), /have only "0"/);
  assert.equal(knownRows(target("few"), 55, 61).length, 5);
  assert.equal(knownRows(target("real"), 55, 61).length, 5);
});

Deno.test("changesOf() finds abrupt changes, and makes one of concepts that alternate for a while", async () => {
  const concepts = [
    ...Array(300).fill("a"),
    ...Array.from({ length: 60 }, (_, i) => "ab"[i % 2]), // ends in b
    ...Array(300).fill("b"),
    ..."c".repeat(300),
    "a", // a single row is no change
    ..."c".repeat(300),
    ...Array(40).fill(""),
    ..."a".repeat(200),
  ];
  const table = await tableOf(["k,x", ...concepts.map((concept) => `${concept},1`)].join("\n"));
  assert.deepEqual(changesOf(column(table, "k"), table.rows), [
    { row: 301, until: 359, from: "a", to: "b" },
    { row: 660, until: 660, from: "b", to: "c" },
    { row: 1301, until: 1301, from: "c", to: "a" },
  ]);
});

const many = (n: number, cell: (i: number) => string) =>
  ["a,b", ...Array.from({ length: n }, (_, i) => `${cell(i)},x`)].join("\n");
const cleaned = async (text: string) => cleanedColumn(column(await tableOf(text), "a"));

for (
  const [name, cell, odd, numeric] of [
    ["one infinite value", (i: number) => i === 7 ? "inf" : String(i / 10), 1, true],
    ["many infinite values", (i: number) => i % 3 === 0 ? "-Infinity" : String(i / 10), 34, true],
    ["one damaged cell", (i: number) => i === 7 ? "#REF!" : String(i / 10), 1, true],
    ["a tenth of text", (i: number) => i % 10 === 0 ? "new" : String(i), 0, false],
    ["text alone", (i: number) => i % 2 === 0 ? "red" : "blue", 0, false],
    ["words for nothing", (i: number) => ["#N/A", "\\N", "undefined", "<NA>", String(i)][i % 5], 0, true],
    ["numbers alone", (i: number) => String(i), 0, true],
  ] as const
) {
  Deno.test(`cleanedColumn() of ${name}`, async () => {
    const { column: clean, odd: have } = await cleaned(many(100, cell));
    assert.deepEqual([have, clean.codes.every((code) => code === 0)], [odd, numeric]);
  });
}

Deno.test("cleanedColumn() reads decimal commas where all of a column's texts are such numbers", async () => {
  const text = many(50, (i) => `${i},5`).replaceAll(",x", ";x").replace("a,b", "a;b");
  const { column: clean, hasCommas } = await cleaned(text);
  assert.deepEqual([hasCommas, [...clean.numbers.slice(0, 2)]], [true, [0.5, 1.5]]);
  assert.equal((await cleaned(many(50, (i) => `p${i}`))).hasCommas, false);
  const oneOdd = (odd: number) =>
    many(100, (i) => i < odd ? "#REF!" : `${i},5`).replaceAll(",x", ";x").replace("a,b", "a;b");
  const { odd, ...found } = await cleaned(oneOdd(1));
  assert.deepEqual([odd, found.hasCommas, found.column.numbers[1]], [1, true, 1.5]);
  assert.equal((await cleaned(oneOdd(5))).hasCommas, false);
});
