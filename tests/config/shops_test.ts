import assert from "node:assert/strict";
import { environmentOfShop, WHOSE_VARIABLE } from "../../src/config/shop_variables.ts";
import { shopPlaces } from "../../src/config/shops.ts";

Deno.test("shopPlaces() of two names have nothing in common", () => {
  const [one, other] = [shopPlaces("north-sea"), shopPlaces("north")];
  for (const [place, name] of Object.entries(one)) assert.ok(!Object.values(other).includes(name), place);
  assert.equal(one.database, "perennial_shop_north_sea");
});

for (const name of ["", "Outlet", "-a", "a-", "a_b", "9a", "a/b", "a".repeat(41), "a;drop"]) {
  Deno.test(`shopPlaces() refuses the name "${name.slice(0, 12)}"`, () =>
    assert.throws(() => shopPlaces(name), { name: "InvalidInputError" }));
}

Deno.test("environmentOfShop() takes over nothing that says where another shop's data are or lets somebody in", () => {
  const first = Object.fromEntries(Object.keys(WHOSE_VARIABLE).map((name) => [name, `first's ${name}`]));
  const owner = "postgres://owner:word@db:5432/perennial?sslmode=require";
  const file = { PERENNIAL_SHOP: "outlet", DATABASE_URL: "postgres://r:p@db:5432/perennial_shop_outlet" };
  const env = environmentOfShop({ ...first, PERENNIAL_OWNER_DATABASE_URL: owner, PATH: "/bin" }, {
    file,
    home: "/state/shops/outlet",
  });
  for (const [name, whose] of Object.entries(WHOSE_VARIABLE)) {
    if (whose === "shared") assert.equal(env[name], first[name]);
    else assert.notEqual(env[name], first[name]);
  }
  assert.equal(env.PERENNIAL_HOME, "/state/shops/outlet");
  assert.equal(env.PERENNIAL_API_KEY, undefined);
  assert.equal(env.PATH, "/bin");
  assert.equal(
    env.PERENNIAL_OWNER_DATABASE_URL,
    "postgres://owner:word@db:5432/perennial_shop_outlet?sslmode=require",
  );
});
