import assert from "node:assert/strict";
import { isSigned, isSigningSender } from "../../src/security/webhook_signature.ts";

// made with Python's hmac and base64
const body = new TextEncoder().encode('{"name":"Café №1"}');
const secret = "a shared secret of tests";
const SHA256 = "jdigLsuWFvi8PWRGWJVOhOWesUnkBuhqxwxdXHdK5s8=";
const SHA1 = "82357a4f062ae0ca7b8818134e4705547e6a06c8";

for (
  const [name, sender, signature, want] of [
    ["Shopify's own", "shopify", SHA256, true],
    ["WooCommerce's own", "woocommerce", SHA256, true],
    ["Segment's own", "segment", SHA1, true],
    ["Segment's own in capitals", "segment", SHA1.toUpperCase(), true],
    ["one with a byte less", "segment", SHA1.slice(2), false],
    ["one with a byte more", "segment", `${SHA1}00`, false],
    ["one with another last byte", "segment", `${SHA1.slice(0, -2)}c9`, false],
    ["one of another scheme", "segment", SHA256, false],
    ["none", "shopify", "", false],
    ["one that is not base64", "shopify", "%%%", false],
    ["one of hex", "shopify", SHA1, false],
  ] as const
) {
  Deno.test(`isSigned() ${want ? "takes" : "refuses"} ${name}`, () =>
    assert.equal(isSigned(sender, { body, signature, secret }), want));
}

Deno.test("isSigned() refuses another body, and another secret", () => {
  assert.equal(isSigned("segment", { body: body.subarray(1), signature: SHA1, secret }), false);
  assert.equal(isSigned("segment", { body, signature: SHA1, secret: "another secret" }), false);
  assert.deepEqual(["shopify", "ga4", "toString"].map(isSigningSender), [true, false, false]);
});
