import assert from "node:assert/strict";
import fc from "fast-check";
import { copyInto, copyText } from "../../src/db/copy.ts";
import { withDatabase } from "./database.ts";

const copyLine = (values: readonly (string | number | null)[]): string =>
  values.map((value) => typeof value === "number" ? value : copyText(value)).join("\t") + "\n";

Deno.test("copyInto() stores texts of any characters, numbers and nothing as they are", () =>
  withDatabase(async (sql) => {
    const text = fc.string({ unit: "binary", maxLength: 8 }).map((t) =>
      t.replaceAll("\0", "").toWellFormed()
    );
    const odd = fc.constantFrom("\\", "\\N", "\\.", "\t", "\n", "\r\n", "", "null", '"');
    const row = fc.tuple(fc.option(fc.oneof(text, odd)), fc.option(fc.double({ noNaN: true })));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        await sql.begin(async (tx) => {
          await tx`create temp table copied (nth int generated always as identity, t text, n float8) on commit drop`;
          await copyInto(tx, "copied (t, n)", rows.map(copyLine));
          const found = await tx`select t, n from copied order by nth`;
          assert.deepEqual(
            found.map(({ t, n }) => [t, n]),
            rows.map(([t, n]) => [t, n === null ? null : n + 0]),
          );
        });
      }),
      { seed: 5, numRuns: 40 },
    );
  }));

for (const [what, lines] of [["in the middle", 200_000], ["behind the last row", 2]] as const) {
  Deno.test(`copyInto() fails where Postgres refuses a row ${what}, and the connection goes on`, () =>
    withDatabase(async (sql) => {
      const rows = Array.from({ length: lines }, () => copyLine(["e1"]));
      const chunks = lines > 2 ? [rows.slice(0, 2).join(""), rows.slice(2).join("")] : [rows.join("")];
      const copied = sql.begin(async (tx) => {
        await tx`create temp table copied (t text primary key) on commit drop`;
        await copyInto(tx, "copied (t)", chunks);
      });
      await assert.rejects(copied, { code: "23505" });
      const [{ one }] = await sql`select 1 as one`;
      assert.equal(one, 1);
    }));
}
