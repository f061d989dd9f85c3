import assert from "node:assert/strict";
import { parseExactJson, parseLooseJson } from "../../src/core/exact_json.ts";

for (
  const [text, want] of [
    ['{"a":9007199254740993}', { a: "9007199254740993" }],
    ['{"a":9007199254740991}', { a: 9007199254740991 }],
    ['{"a":-2053013552259662037,"b":[2053013552259662037]}', {
      a: "-2053013552259662037",
      b: ["2053013552259662037"],
    }],
    ['{"a":1.2345678901234567e20,"b":1.23456789012345671e20}', {
      a: "1.2345678901234567e20",
      b: "1.23456789012345671e20",
    }],
    ['{"a":12345678901234567.5,"b":19.989999999999998}', { a: "12345678901234567.5", b: 19.989999999999998 }],
    ['{"a":9007199254740993.0}', { a: "9007199254740993" }],
    ['{"a":"9007199254740993","b":7}', { a: "9007199254740993", b: 7 }],
    ['{"a":0.12345678901234567}', { a: 0.12345678901234567 }],
    ['{"a":1234567890123456}', { a: 1234567890123456 }],
  ] as const
) {
  Deno.test(`parseExactJson() keeps every digit of ${text}`, () =>
    assert.deepEqual(parseExactJson(text), want));
}

Deno.test("parseLooseJson() takes NaN for nothing and Infinity for a text, but not within text", () => {
  assert.deepEqual(parseLooseJson('{"a":NaN,"b":-Infinity,"c":"NaN \\" NaN","d":1}'), {
    a: null,
    b: "-Infinity",
    c: 'NaN " NaN',
    d: 1,
  });
  assert.throws(() => parseLooseJson('{"a":NaNo}'), SyntaxError);
  assert.throws(() => parseLooseJson("{"), SyntaxError);
});
