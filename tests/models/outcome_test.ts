import assert from "node:assert/strict";
import type { UserDay } from "../../src/features/user_day.ts";
import { labelFingerprint } from "../../src/models/outcome.ts";

const above = (least: number) => (future: readonly UserDay[]) =>
  future.reduce((sum, day) => sum + day.spend, 0) > least ? 1 : 0;

Deno.test("labelFingerprint() tells labels apart that differ in a number from outside of their source", () => {
  assert.equal(String(above(5)), String(above(50)));
  assert.notEqual(labelFingerprint({ label: above(5) }), labelFingerprint({ label: above(50) }));
  assert.equal(labelFingerprint({ label: above(5) }), labelFingerprint({ label: above(5) }));
  const fails = () => {
    throw new Error("no day");
  };
  assert.equal(labelFingerprint({ label: fails }), labelFingerprint({ label: fails }));
});
