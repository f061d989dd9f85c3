import assert from "node:assert/strict";
import fc from "fast-check";
import { FUTURE_MS, validateEvent, type ValidationContext } from "../../src/events/accept.ts";
import { lacksConsent } from "../../src/events/schema.ts";
import { pseudonym } from "../db/events_support.ts";

const NOW = Date.UTC(2024, 4, 1);
const context: ValidationContext = { nowMs: NOW, pseudonym };
const good = { id: "a", type: "purchase", user: "ann", product: "tea", price: 2, quantity: 3, time: NOW };

function accepted(raw: unknown, over: Partial<ValidationContext> = {}) {
  const verdict = validateEvent(raw, { ...context, ...over });
  assert.ok(verdict.kind === "accepted", JSON.stringify(verdict));
  return verdict.event;
}

function refused(raw: unknown) {
  const verdict = validateEvent(raw, context);
  assert.ok(verdict.kind === "quarantined", JSON.stringify(verdict));
  return [verdict.field, verdict.reason];
}

Deno.test("validateEvent() accepts a purchase and fills in its amount", () =>
  assert.deepEqual(accepted(good), {
    id: "a",
    type: "purchase",
    userKey: pseudonym("ann"),
    session: null,
    product: "tea",
    category: null,
    country: null,
    price: 2,
    quantity: 3,
    amount: 6,
    fields: null,
    atMs: NOW,
  }));

for (const user of [{}, [], true, false, 0]) {
  Deno.test(`validateEvent() takes the user ${JSON.stringify(user)} for none`, () =>
    assert.equal(accepted({ ...good, user }).userKey, null));
}

Deno.test("validateEvent() names shoppers, products and categories alike, marks on letters or beside them", () => {
  const [on, beside] = ["th\u00e9", "the\u0301"].map((name) =>
    accepted({ ...good, id: undefined, user: name, product: name, category: name })
  );
  assert.deepEqual(beside, on);
});

for (
  const [name, change, field, reason] of [
    ["no type", { type: undefined }, "type", /missing/],
    ["a type with spaces", { type: "add to cart" }, "type", /must be 1 to 40/],
    ["a type that is too long", { type: "x".repeat(41) }, "type", /must be 1 to 40/],
    ["no time", { time: null }, "time", /missing/],
    ["a time that is none", { time: "soon" }, "time", /not ISO 8601/],
    ["a time without a zone", { time: "2024-04-30T12:00:00" }, "time", /not ISO 8601/],
    ["seconds for ms", { time: NOW / 1000 }, "time", /before 1990/],
    ["a time in the future", { time: NOW + FUTURE_MS + 1 }, "time", /future/],
    ["an infinite time", { time: Infinity }, "time", /missing, not text and not a number/],
    ["a negative price", { price: -0.01 }, "price", /negative/],
    ["a negative quantity", { quantity: -1 }, "quantity", /negative/],
    ["a viewed quantity below 0", { type: "view", quantity: -1 }, "quantity", /negative/],
    ["a negative amount", { amount: -1 }, "amount", /negative/],
    ["an infinite quantity", { quantity: Infinity }, "quantity", /must be a number/],
    ["a quantity in words", { quantity: "three" }, "quantity", /must be a number/],
    ["an absurd price", { price: 1e13 }, "price", /must be a number between/],
    ["a product that is too long", { product: "x".repeat(201) }, "product", /at most 200/],
    ["an object for a user", { user: { id: 1 } }, "user", /must be a number or a text/],
    ["a NUL in the session", { session: "a\0b" }, "session", /must be a number or a text/],
  ] as const
) {
  Deno.test(`validateEvent() refuses ${name}, naming the field`, () => {
    const [haveField, haveReason] = refused({ ...good, ...change });
    assert.equal(haveField, field);
    assert.match(haveReason!, reason);
  });
}

for (const raw of [null, 5, "purchase", [], undefined]) {
  Deno.test(`validateEvent() refuses ${JSON.stringify(raw)}, which is no object`, () =>
    assert.deepEqual(refused(raw), [null, "event is not an object"]));
}

for (
  const [name, change, want] of [
    ["is 0 for a gift", { price: 0 }, 0],
    ["is what was sent", { amount: 5.5 }, 5.5],
    ["counts one unit where no quantity came", { quantity: undefined }, 2],
    ["is unknown where no price came", { price: undefined }, null],
    ["of a return is negative", { type: "return" }, -6],
    ["of a return is negative, sent positive", { type: "Return", amount: 4 }, -4],
    ["of a return is negative, sent negative", { type: "return", amount: -4 }, -4],
    ["of a return with a negative quantity is negative", { type: "return", quantity: -3 }, -6],
    ["of a free return is 0", { type: "return", price: 0 }, 0],
    ["of a view without a quantity is unknown", { type: "view", quantity: undefined }, null],
  ] as const
) {
  Deno.test(`validateEvent() amount ${name}`, () =>
    assert.equal(accepted({ ...good, ...change }).amount, want));
}

Deno.test("validateEvent() keeps any short type in lower case, and forgives a clock that runs a little ahead", () => {
  const event = accepted({ type: "Promo_Page.v2", time: NOW + FUTURE_MS });
  assert.deepEqual([event.type, event.userKey, event.atMs], ["promo_page.v2", null, NOW + FUTURE_MS]);
});

Deno.test("validateEvent() knows fields by their other names, the best name first", () => {
  const { type, userKey, session, product, category, country } = accepted({
    event_type: "view",
    userId: 7,
    "Session ID": "s",
    product_id: "",
    sku: "tea",
    category_code: "b",
    category_id: "a",
    "Country-Code": " FR ",
    timestamp: "2024-04-30T00:00:00Z",
    colour: "green",
  });
  assert.deepEqual([type, userKey, session, product, category], ["view", pseudonym("7"), "s", "tea", "a"]);
  assert.equal(country, "FR");
});

Deno.test("validateEvent() takes a number and its text for the same shopper, and blanks for none", () => {
  assert.equal(accepted({ ...good, user: 17850 }).userKey, accepted({ ...good, user: " 17850 " }).userKey);
  assert.equal(accepted({ ...good, user: "  " }).userKey, null);
});

Deno.test("validateEvent() reads numbers from text, when a file says so", () => {
  const { price, quantity, amount } = accepted({ ...good, price: "2.50", quantity: " 2 ", amount: " " }, {
    numbersAsText: true,
  });
  assert.deepEqual([price, quantity, amount], [2.5, 2, 5]);
  assert.equal(refused({ ...good, price: "2.50" })[0], "price");
});

Deno.test("validateEvent() derives an id from the content, where none was sent", () => {
  const { id: _, ...anonymous } = good;
  const id = accepted(anonymous).id;
  assert.equal(accepted({ ...anonymous, ignored: 1, time: new Date(NOW).toISOString() }).id, id);
  const others = [{ quantity: 4 }, { user: "bob" }, { session: "s" }, { time: NOW - 1 }].map((change) =>
    accepted({ ...anonymous, ...change }).id
  );
  const repeated = [2, 3].map((nth) => accepted(anonymous, { nthOf: () => nth }).id);
  assert.equal(accepted(anonymous, { nthOf: () => 1 }).id, id);
  assert.equal(new Set([id, ...others, ...repeated]).size, 7);
});

Deno.test("validateEvent() answers and never throws, whatever is sent", () => {
  const value = fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
    withObjectString: true,
  });
  const field = fc.constantFrom(
    "id",
    "type",
    "user",
    "session",
    "price",
    "quantity",
    "amount",
    "time",
    "__proto__",
  );
  fc.assert(
    fc.property(fc.dictionary(field, fc.oneof(value, fc.constant("view"), fc.constant(NOW))), (raw) => {
      const verdict = validateEvent(raw, context);
      if (verdict.kind === "accepted") {
        assert.ok(Number.isFinite(verdict.event.atMs) && verdict.event.id !== "");
      } else assert.ok(verdict.reason.length > 0);
    }),
    { seed: 3, numRuns: 2000 },
  );
});

Deno.test("validateEvent() converts money by the shop's rates, under an id that no rate changes", () => {
  const { id: _id, ...anonymous } = good;
  const shop = { currency: "EUR", rates: { USD: 0.9 } };
  const dollars = accepted({ ...anonymous, currency: "usd" }, { money: shop });
  assert.deepEqual([dollars.price, dollars.amount], [1.8, 5.4]);
  const later = accepted({ ...anonymous, currency: "USD" }, { money: { ...shop, rates: { USD: 0.8 } } });
  assert.equal(later.id, dollars.id);
  const euros = accepted({ ...anonymous, currency: "EUR" }, { money: shop });
  assert.deepEqual(euros, accepted(anonymous));
  assert.notEqual(euros.id, dollars.id);
});

Deno.test("validateEvent() puts money aside whose currency has no rate, and asks nothing of an event without money", () => {
  const money = { currency: "EUR", rates: {} };
  const verdict = validateEvent({ ...good, currency: "JPY" }, { ...context, money });
  assert.ok(verdict.kind === "quarantined");
  assert.deepEqual([verdict.field, verdict.value], ["currency", "JPY"]);
  assert.match(verdict.reason, /^money is not in EUR, and no rate for it is stated/);
  assert.match(refused({ ...good, currency: "JPY" })[1]!, /own currency is not stated/);
  accepted({ type: "view", time: NOW, currency: "JPY" });
});

Deno.test("a consent flag that cannot be read is refused and counts as none, whatever it is", () => {
  for (const consent of [{ toString: 1 }, [], {}, "perhaps", 7, "constructor", "__proto__"]) {
    const verdict = validateEvent({ type: "view", time: NOW, user: "ann", consent }, {
      nowMs: NOW,
      pseudonym,
    });
    assert.equal(
      verdict.kind === "quarantined" && verdict.reason.startsWith("consent "),
      true,
      String(typeof consent),
    );
    assert.equal(lacksConsent({ consent }), true);
  }
});
