/** Money as people write it: with a currency, in brackets, with thousands. */
import assert from "node:assert/strict";
import { NumberSurvey, readNumber, writtenNumber } from "../../src/events/number_text.ts";
import { rawsOf, tryBytes } from "./support.ts";

const WRITTEN: readonly [text: string, number: string, currency?: string][] = [
  ["$12.50", "12.50", "$"],
  ["12,50 €", "12,50", "€"],
  ["EUR 12.50", "12.50", "EUR"],
  ["12.50EUR", "12.50", "EUR"],
  ["R$ 12,50", "12,50", "R$"],
  ["1'234.50 CHF", "1234.50", "CHF"],
  ["1\u00a0234,50\u00a0zł", "1234,50", "zł"],
  ["-$5.00", "-5.00", "$"],
  ["$-5.00", "-5.00", "$"],
  ["($1,234.50)", "-1,234.50", "$"],
  ["(5)", "-5"],
  ["5.00-", "-5.00"],
  ["\u22125.00", "-5.00"],
  ["12.50", "12.50"],
  ["1e3", "1e3"],
  ["12 pcs", "12 pcs"],
  ["12.50 XQZ", "12.50 XQZ"],
  ["$12.50 EUR", "$12.50 EUR"],
  ["(-5)", "(-5)"],
  ["10 %", "10 %"],
  ["", ""],
];
for (const [text, number, currency] of WRITTEN) {
  Deno.test(`writtenNumber() of ${JSON.stringify(text)} is ${JSON.stringify(number)}`, () => {
    const written = writtenNumber(text);
    assert.deepEqual([written.text, written.currency], [number, currency]);
  });
}

Deno.test("thousands are read by the column's mark, in lakhs too", () => {
  const read = (texts: string[]) => {
    const survey = new NumberSurvey();
    texts.forEach((text) => survey.add(text));
    return texts.map((text) => readNumber(text, survey.rule()));
  };
  assert.deepEqual(read(["1,23,456.50", "10.50"]), [123456.5, 10.5]);
  assert.deepEqual(read(["€1.234,50", "€12,50"]), [1234.5, 12.5]);
  assert.equal(typeof read(["1,234", "2,500"])[0], "string");
});

const csv = (...amounts: string[]) =>
  ["user_id;type;timestamp;amount", ...amounts.map((amount, i) => `u${i};purchase;2024-03-04;${amount}`)]
    .join("\n");

Deno.test("a currency beside the numbers is the file's, and another one is put aside or converted", async () => {
  const mixed = csv("$12.50", "$2", "€10.50");
  const { summary, details } = await tryBytes(mixed);
  assert.deepEqual([summary.accepted, summary.refused, summary.amount], [2, 1, 14.5]);
  assert.equal(summary.refusals[0].field, "currency");
  assert.ok(details.notes.includes("money is in $"));
  const converted = await tryBytes(mixed, { rates: { EUR: 2 } });
  assert.deepEqual([converted.summary.refused, converted.summary.amount], [0, 35.5]);
});

Deno.test("a dollar sign is the dollar of the shop, and no euro", async () => {
  assert.equal((await tryBytes(csv("$12.50"), { currency: "CAD" })).summary.amount, 12.5);
  assert.equal((await tryBytes(csv("$12.50"), { currency: "EUR" })).summary.refused, 1);
});

Deno.test("a quantity that is money, and a price beside an amount in another currency, are refused", async () => {
  const header = "user_id,type,timestamp,price,quantity,amount";
  const reasons = await rawsOf(
    `${header}\nu,purchase,2024-03-04,1,$2,\nu,purchase,2024-03-04,$1,1,€1\nu,purchase,2024-03-04,$1,1,$1`,
  );
  assert.deepEqual(reasons.slice(0, 2), [
    "quantity is an amount of money",
    "amount is in another currency than the price beside it",
  ]);
  assert.equal(typeof reasons[2], "object");
});
