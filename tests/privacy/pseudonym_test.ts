import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { z } from "zod";
import { besidePublic, createPseudonymizer } from "../../src/privacy/pseudonym.ts";

const SECRET = "0123456789abcdef";

Deno.test("createPseudonymizer() gives one uuid per shopper and secret", () => {
  const [pseudonym, same, other] = [SECRET, SECRET, `${SECRET}!`].map((secret) =>
    createPseudonymizer(secret)
  );
  assert.equal(pseudonym("17850"), same(String(17850)));
  assert.notEqual(pseudonym("17850"), pseudonym("17851"));
  assert.notEqual(pseudonym("17850"), other("17850"));
  assert.doesNotThrow(() => z.uuid().parse(pseudonym("17850")));
});

Deno.test("createPseudonymizer() takes the first bytes of the HMAC, but for version and variant", () => {
  const want = createHmac("sha256", SECRET).update("ann").digest("hex");
  const have = createPseudonymizer(SECRET)("ann").replaceAll("-", "");
  const masked = (hex: string) => `${hex.slice(0, 12)}${hex.slice(13, 16)}${hex.slice(17, 32)}`;
  assert.equal(masked(have), masked(want));
});

Deno.test("createPseudonymizer() says the same after it forgot, having seen very many shoppers", () => {
  const pseudonym = createPseudonymizer(SECRET);
  const first = pseudonym("ann");
  for (let i = 0; i < 50_001; i++) pseudonym(`shopper ${i}`);
  assert.equal(pseudonym("ann"), first);
});

Deno.test("createPseudonymizer() refuses a short secret", () =>
  assert.throws(() => createPseudonymizer("short"), { name: "RangeError", message: /need a secret >= 16/ }));

Deno.test("besidePublic() keeps the pseudonyms of public data, and makes none with their secret for anybody else", () => {
  const made = createPseudonymizer("a secret that everybody knows");
  const own = createPseudonymizer("a secret of this installation");
  const bundled = new Set([made("12346")]);
  const pseudonym = besidePublic(own, { made, isKnown: (key) => bundled.has(key) });
  assert.equal(pseudonym("12346"), made("12346"));
  assert.equal(pseudonym("MARKER-USER-7391"), own("MARKER-USER-7391"));
});
