import assert from "node:assert/strict";
import fc from "fast-check";
import { arrayLiteral } from "../../src/db/array_literal.ts";
import { withEvents } from "./events_support.ts";

Deno.test("arrayLiteral() comes back from Postgres as it went in", () =>
  withEvents(async (sql) => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }).filter((t) => !t.includes("\0")),
      fc.constantFrom("", "null", "NULL", " ", "{}", 'a"b', "\\", "a,b", "\u00a0", "\n", "\v"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(text)),
        fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0))),
        async (texts, numbers) => {
          const [row] = await sql`select to_json(${arrayLiteral(texts)}::text::text[]) as texts,
                                         to_json(${arrayLiteral(numbers)}::text::float8[]) as numbers`;
          assert.deepEqual(row.texts, texts);
          assert.deepEqual(row.numbers, numbers);
        },
      ),
      { seed: 17, numRuns: 100 },
    );
  }));
