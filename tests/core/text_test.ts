import assert from "node:assert/strict";
import fc from "fast-check";
import { composed, isStorable, storable, unstorableField } from "../../src/core/text.ts";

for (
  const [name, text, want] of [
    ["accepts an empty text", "", true],
    ["accepts letters of any script and pairs of surrogates", "Möller 李 😀\n", true],
    ["refuses NUL", "a\0b", false],
    ["refuses a lone high surrogate", "a\ud83d", false],
    ["refuses a lone low surrogate", "\ude00a", false],
  ] as const
) Deno.test(`isStorable() ${name}`, () => assert.equal(isStorable(text), want));

Deno.test("storable() makes any text storable, no longer than asked, and leaves good ones alone", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, length) => {
      const kept = storable(text, length);
      assert.ok(isStorable(kept) && kept.length <= length);
      if (isStorable(text) && text.length <= length) assert.equal(kept, text);
    }),
    { seed: 16, numRuns: 500 },
  ));

for (
  const [value, want] of [
    [{ why: "ok", rows: [1, "a", null, true] }, null],
    [{ why: "\0" }, "why"],
    [{ rows: [{ name: "a" }, { name: "\ud800" }] }, "rows.1.name"],
    [{ deep: { "a\0": 1 } }, "deep.a\uFFFD"],
    ["\0", ""],
  ] as const
) {
  Deno.test(`unstorableField() finds ${JSON.stringify(want)} in ${JSON.stringify(value)}`, () =>
    assert.equal(unstorableField(value), want));
}

for (
  const [name, text, want] of [
    ["marks beside their letter", "the\u0301", "th\u00e9"],
    ["a space of no width, and a space before it", "\u200b17 \u200b", "17"],
    ["a soft hyphen and a mark of byte order", "\ufeffA-\u00ad17", "A-17"],
    [
      "joiners, which words need",
      "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
      "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ],
    ["nothing that is seen", "\u200e\u2060", ""],
  ] as const
) Deno.test(`composed() reads ${name}`, () => assert.equal(composed(text), want));
