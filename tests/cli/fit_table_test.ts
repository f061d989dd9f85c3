/** Tables on terminals of any width. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { cellLines } from "../../src/cli/fit_table.ts";
import { type Paint, painter, table } from "../../src/cli/format.ts";
import { runWith, withServed } from "./support.ts";

const at = (columns: number): Paint => painter({ env: {}, isTerminal: true, columns: columns + 2 });
// deno-lint-ignore no-control-regex -- the sequences that colour text begin with a control character
const plain = (text: string) => text.replaceAll(/\u001b\[[0-9;]*m/g, "");
const widest = (text: string) => Math.max(...plain(text).split("\n").map((line) => line.length));

const COLUMNS = ["setting", { name: "value", right: true }, "what it does"];
const ROWS = [["gate", "threshold", "how a challenger is compared with what serves"], [
  "seed",
  "7",
  "of chance",
]];

Deno.test("a table that fits stays as it is, and one without a width is as wide as it needs", () => {
  assert.equal(plain(table(COLUMNS, ROWS, at(200))), table(COLUMNS, ROWS));
});

Deno.test("texts are wrapped where a table is too wide, and numbers are not", () =>
  assert.equal(
    plain(table(COLUMNS, ROWS, at(40))),
    [
      "setting      value  what it does",
      "gate     threshold  how a challenger is",
      "                    compared with what",
      "                    serves",
      "seed             7  of chance",
    ].join("\n"),
  ));

Deno.test("columns are left out where wrapping is not enough: the last first, or as they say", () => {
  const rows = [["churn 1", "2026-11-30 00:01", "deployed", "12.5 %"]];
  const named = (
    drop?: number,
  ) => ["cycle", "as of", { name: "outcome", drop }, { name: "loss", right: true }];
  assert.equal(
    plain(table(named(), rows, at(38))),
    "cycle    as of             outcome\nchurn 1  2026-11-30 00:01  deployed\nLeft out to fit: loss (--wide shows all)",
  );
  assert.match(plain(table(named(9), rows, at(36))), /^cycle {4}as of .*loss\n[^]*Left out to fit: outcome/);
});

Deno.test("a name, a date with its minute and a per cent sign are not broken while a column may go", () => {
  const rows = [["orders_of_the_year.csv.gz", "2026-11-30 00:01", "−0.3 % to +1.0 %", "12"]];
  const columns = ["file", "at", "change", { name: "known", right: true, drop: 10 }];
  assert.equal(
    plain(table(columns, rows, at(60))),
    [
      "file                       at                change",
      "orders_of_the_year.csv.gz  2026-11-30 00:01  −0.3 % to",
      "                                             +1.0 %",
      "Left out to fit: known (--wide shows all)",
    ].join("\n"),
  );
});

Deno.test("no line of a table is wider than the terminal, and no character of a wrapped cell is lost", () => {
  const cell = fc.string({ unit: fc.constantFrom(..."ab c"), maxLength: 60 }).map((text) => text.trim());
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 60, max: 150 }),
      (rows, width) => {
        assert.ok(widest(table(["one", "two", "three", "four"], rows, at(width))) <= width);
      },
    ),
    { seed: 19, numRuns: 300 },
  );
  fc.assert(
    fc.property(cell, fc.integer({ min: 1, max: 30 }), (text, width) => {
      const lines = cellLines(text, width);
      assert.equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
      assert.ok(lines.every((line) => line.length <= width));
    }),
    { seed: 20, numRuns: 300 },
  );
});

Deno.test("every table is read at 80 characters, and --wide shows all of it", () =>
  withServed(async ({ run }) => {
    const terminal = { isTerminal: true, columns: 80 };
    for (
      const args of [["status"], ["models"], ["config", "get"], ["history"], ["audit"], ["keys", "list"]]
    ) {
      const { code, out } = await run(args, terminal);
      assert.equal(code, 0, args.join(" "));
      assert.ok(widest(out) <= 80, `${args.join(" ")}: ${widest(out)}`);
    }
    const wide = await run(["config", "get", "--wide"], terminal);
    assert.ok(widest(wide.out) > 80);
    assert.equal(plain(wide.out), (await run(["config", "get"])).out);
  }));

Deno.test("NO_COLOR and a dumb terminal give text without colours", async () => {
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    const { err } = await runWith(["status", "--url", "http://127.0.0.1:9"], { isTerminal: true, env });
    assert.match(err, /^error: Cannot reach/);
  }
  const coloured = await runWith(["status", "--url", "http://127.0.0.1:9"], { isTerminal: true });
  assert.ok(coloured.err.startsWith("\u001b[31merror:"));
});
