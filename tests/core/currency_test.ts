import assert from "node:assert/strict";
import { currencyCode, isRates, parseRates, rateAt, ratesText } from "../../src/core/currency.ts";

const rates = parseRates("usd=0.92,GBP=1.15,GBP@2024-06-01=1.18,CHF@2024-01-01=1.05");
const on = (day: string) => Date.parse(`${day}T12:00:00Z`);

for (
  const [code, day, want] of [
    ["USD", "1999-01-01", 0.92],
    ["GBP", "2024-05-31", 1.15],
    ["GBP", "2024-06-01", 1.18],
    ["GBP", "2030-01-01", 1.18],
    ["CHF", "2023-12-31", null],
    ["CHF", "2024-01-01", 1.05],
    ["JPY", "2024-01-01", null],
  ] as const
) {
  Deno.test(`rateAt() of ${code} on ${day} is ${want}`, () =>
    assert.equal(rateAt({ rates }, code, on(day)), want));
}

for (
  const text of [
    "USD",
    "USD=",
    "USD=0",
    "USD=-1",
    "US=1",
    "USD=1,,GBP=2",
    "USD@2024-13-01=1",
    "USD=1 GBP=2",
    "USD=1e3",
  ]
) {
  Deno.test(`parseRates() refuses "${text}"`, () => {
    assert.throws(() => parseRates(text), { name: "InvalidInputError" });
    assert.equal(isRates(text), false);
  });
}

Deno.test("parseRates() reads what ratesText() writes, and nothing from nothing", () => {
  assert.deepEqual(parseRates(ratesText(rates)), rates);
  assert.deepEqual(parseRates(""), {});
});

Deno.test("currencyCode() knows a currency by its code and its sign", () =>
  assert.deepEqual([" eur", "\u20ac", "USD", "$"].map(currencyCode), ["EUR", "EUR", "USD", "USD"]));
