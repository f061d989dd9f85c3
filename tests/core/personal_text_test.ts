import assert from "node:assert/strict";
import { maskPersonal, personalKinds } from "../../src/core/personal_text.ts";

const HELD: [string, string][] = [
  ["ann.miller@example.org", "[e-mail]"],
  ["mail Ann at ann+shop@müller-läden.example.de please", "mail Ann at [e-mail] please"],
  ["call +49 170 1234567", "call [phone]"],
  ["0049-30-901820", "[phone]"],
  ["0170 1234567 is hers", "[phone] is hers"],
  ["(030) 901820", "[phone]"],
  ["555-123-4567", "[phone]"],
  ["+1 (555) 123-4567", "[phone]"],
  ["card 4111 1111 1111 1111", "card [card]"],
  ["5500-0000-0000-0004", "[card]"],
  ["378282246310005", "[card]"],
];

for (const [text, masked] of HELD) {
  Deno.test(`maskPersonal() masks "${text}"`, () => assert.equal(maskPersonal(text), masked));
}

const HARMLESS = [
  "85123A",
  "4006381333931", // EAN-13
  "14006381333938", // GTIN-14
  "4111111111111112", // its check digit is wrong
  "2024-03-04T12:00:00.000Z",
  "1709553600000",
  "order-2024-03-0001",
  "p12 x 4, 9.99 EUR",
  "192.168.100.200",
  "lrjk3v4w-0123456789abcdef01234567",
  "4fa0c113-5074-893b-929b-752550022050",
  "@home tea",
  "10.000.000.000",
];

for (const text of HARMLESS) {
  Deno.test(`maskPersonal() leaves "${text}"`, () =>
    assert.deepEqual([personalKinds(text), maskPersonal(text)], [[], text]));
}

Deno.test("maskPersonal() with tokens keeps values apart and equal ones together", () => {
  const token = (value: string) => String(value.length);
  assert.equal(maskPersonal("A@b.de", token), maskPersonal("a@B.de", token));
  assert.notEqual(maskPersonal("a@b.de", token), maskPersonal("aa@b.de", token));
});
