import assert from "node:assert/strict";
import fc from "fast-check";
import { csvText } from "../../src/core/csv.ts";
import { CsvReader, splitRecord } from "../../src/core/csv_reader.ts";

for (
  const [text, want] of [
    ["a,b,,c", ["a", "b", "", "c"]],
    ['"a,b",c', ["a,b", "c"]],
    ['"say ""hi""",c', ['say "hi"', "c"]],
    ['12" vinyl,c', ['12" vinyl', "c"]],
    ['"",', ["", ""]],
    ['"line\nbreak",c', ["line\nbreak", "c"]],
    ['"never closed,c', undefined],
  ] as const
) {
  Deno.test(`splitRecord() reads ${JSON.stringify(text)}`, () =>
    assert.deepEqual(splitRecord(text, ","), want));
}

/** Everything that a reader makes of a text. */
function read(text: string) {
  const rows: { line: number; values: readonly string[] }[] = [];
  const unreadable: { line: number; why: string }[] = [];
  let header: readonly string[] | undefined;
  const reader = new CsvReader((names) => {
    header = names;
    return {
      row: (values, line) => rows.push({ line, values }),
      unreadable: (why, line) => unreadable.push({ line, why }),
    };
  });
  for (const line of text.split(/\r?\n/)) reader.take(line);
  const hasHeader = reader.end();
  return { header, hasHeader, rows, unreadable };
}

Deno.test("CsvReader skips blank lines above the header, and tells when there is none", () => {
  assert.deepEqual(read(" \n\n a ; b \n1;2"), {
    header: ["a", "b"],
    hasHeader: true,
    rows: [{ line: 4, values: ["1", "2"] }],
    unreadable: [],
  });
  assert.equal(read("\n \n").hasHeader, false);
});

Deno.test("CsvReader reads back what csvText() wrote, but for formulas, which are text there", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "7", ",", ";", '"', "\n", "\t", " ") })
    .filter((text) => !/^[\t\r]/.test(text));
  const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(table, (cells) => {
      const { rows, unreadable } = read(csvText(["a", "b", "c"], cells));
      assert.deepEqual(unreadable, []);
      assert.deepEqual(rows.map(({ values }) => values), cells);
    }),
    { seed: 5, numRuns: 300 },
  );
  assert.deepEqual(read(csvText(["a"], [["=1+1"]])).rows[0].values, ["'=1+1"]);
});
