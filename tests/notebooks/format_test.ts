import assert from "node:assert/strict";
import { counted, interval, listed, signed, signedPercent } from "../../src/notebook/format.ts";

for (
  const [said, want] of [
    [signed(0), "0"],
    [signed(-1234.6), "−1,235"],
    [signed(0.01234567), "+0.01235"],
    [signedPercent(0.034), "+3.4 %"],
    [signedPercent(-0.5), "−50.0 %"],
    [interval(null, 2, signed), "(unknown to +2.000)"],
    [counted(1, "look"), "1 look"],
    [counted(1200, "policy", "policies"), "1,200 policies"],
    [listed([]), ""],
    [listed(["a"]), "a"],
    [listed(["a", "b", "c"]), "a, b and c"],
  ] as const
) Deno.test(`words of a notebook: ${want || "none"}`, () => assert.equal(said, want));
