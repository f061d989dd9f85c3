import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY_MS } from "../../src/core/time.ts";
import { splitRows } from "../../src/training/split.ts";
import { limitRows, type TrainingRows } from "../../src/training/rows.ts";
import { makeRows } from "./rows_of.ts";

Deno.test("splitRows() lets no outcome window of a fitting row reach past the first validation cut-off", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 7, max: 60 }), (cutoffs, horizonDays) => {
      const rows = makeRows("classification", { cutoffs, shoppers: 60 });
      const { fit, validation, summary } = splitRows(rows, horizonDays);
      fc.pre(summary.by === "time");
      const first = Math.min(...Array.from(validation, (i) => rows.cutoffMs[i]));
      for (const i of fit) assert.ok(rows.cutoffMs[i] + horizonDays * DAY_MS <= first);
      assert.equal(fit.length + validation.length + summary.embargoedRows, rows.target.length);
    }),
    { seed: 7, numRuns: 60 },
  );
});

Deno.test("splitRows() divides shoppers instead, when there is a single cut-off, and says so", () => {
  const rows = makeRows("classification", { cutoffs: 1, shoppers: 300 });
  const { fit, validation, summary } = splitRows(rows, 28);
  assert.equal(summary.by, "user");
  assert.match(summary.why, /1 cut-offs cannot be divided by time/);
  const held = new Set(validation.map((i) => rows.user[i]));
  assert.ok(fit.every((i) => !held.has(rows.user[i])));
  assert.ok(Math.abs(held.size / 300 - 0.2) < 0.08, `${held.size}`);
});

Deno.test("splitRows() takes all rows for both, when they are too few to divide", () => {
  const { fit, validation, summary } = splitRows(
    makeRows("classification", { cutoffs: 1, shoppers: 20 }),
    28,
  );
  assert.deepEqual([summary.by, fit.length, validation.length], ["none", 20, 20]);
});

Deno.test("limitRows() leaves out whole shoppers, the same ones each time, and nobody below the limit", () => {
  const rows = makeRows("classification", { shoppers: 400 });
  const limited = limitRows(rows, 600);
  assert.ok(limited.target.length <= 600 && limited.target.length > 400, `${limited.target.length}`);
  assert.deepEqual(limitRows(rows, 600), limited);
  const kept = new Set(limited.user.subarray(0, 300)); // the first cut-offs hold every shopper kept
  assert.ok(limited.user.every((user) => kept.has(user)));
  assert.equal(limitRows(rows, 2400), rows);
});

/** The same rows, their shoppers called something else. */
const renamed = (rows: TrainingRows): TrainingRows => ({
  ...rows,
  user: rows.user.map((user) => user * 31 + 17),
});

Deno.test("splitRows() and limitRows() do not depend on what shoppers are called", () => {
  const rows = makeRows("classification", { cutoffs: 1, shoppers: 300 });
  assert.equal(splitRows(rows, 28).summary.by, "user");
  assert.deepEqual(splitRows(renamed(rows), 28), splitRows(rows, 28));
  const many = makeRows("classification", { shoppers: 400 });
  assert.deepEqual(limitRows(renamed(many), 600).features, limitRows(many, 600).features);
});
