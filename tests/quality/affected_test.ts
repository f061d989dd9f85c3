import assert from "node:assert/strict";
import { isAffected } from "../../src/quality/affected.ts";
import { aFinding } from "../monitoring/reports.ts";

const from = "2024-03-05T00:00:00.000Z";
const to = "2024-03-08T00:00:00.000Z";
const span = (a: string, b: string) => ({
  fromMs: Date.parse(`2024-03-${a}`),
  toMs: Date.parse(`2024-03-${b}`),
});

for (
  const [name, over, stretch, want] of [
    ["overlap it", {}, span("07", "20"), true],
    ["lie within it", {}, span("06", "07"), true],
    ["end as it begins", {}, span("01", "05"), false],
    ["begin as it ends", {}, span("08", "20"), false],
    ["overlap data that a person accepted", { accepted: true }, span("01", "20"), false],
    ["overlap what changed", { means: "changed" }, span("01", "20"), false],
    ["overlap what passes", { means: "passing" }, span("01", "20"), false],
  ] as const
) {
  Deno.test(`isAffected() is ${want} of rows that ${name}`, () =>
    assert.equal(isAffected([aFinding({ from, to, means: "broken", ...over })], stretch), want));
}
