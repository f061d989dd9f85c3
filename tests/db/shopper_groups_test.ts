import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { shopperGroups } from "../../src/db/events/shopper_groups.ts";
import { event, pseudonym, withEvents } from "./events_support.ts";

const NOW = Date.UTC(2024, 4, 1);
const daysAgo = (days: number) => NOW - days * DAY_MS;

Deno.test("shopperGroups() knows the category bought most and the country last seen, as of a moment", () =>
  withEvents(async (sql) => {
    const ann = pseudonym("ann");
    const bob = pseudonym("bob");
    const cy = pseudonym("cy");
    const dan = pseudonym("dan");
    await insertEvents(sql, [
      event({ userKey: ann, category: "tea", country: "France", atMs: daysAgo(9) }),
      event({ userKey: ann, category: "tea", country: "Italy", atMs: daysAgo(5) }),
      event({ userKey: ann, category: "cups", atMs: daysAgo(4) }),
      event({ userKey: ann, category: "cups", type: "view", atMs: daysAgo(3) }),
      event({ userKey: ann, category: "cups", type: "view", atMs: daysAgo(2) }),
      event({ userKey: bob, category: "tea", country: "France", atMs: daysAgo(91) }), // too long ago
      event({ userKey: bob, type: "view", country: "Spain", atMs: NOW }), // not yet
      event({ userKey: cy, type: "view", country: "Spain", atMs: daysAgo(1) }),
      event({ userKey: dan, atMs: daysAgo(1) }),
      event({ userKey: null, category: "tea", country: "Spain", atMs: daysAgo(1) }),
    ]);
    const groups = await shopperGroups(sql, { asOfMs: NOW, days: 90 });
    assert.deepEqual(Object.fromEntries(groups), {
      [ann]: { category: "tea", country: "Italy" },
      [cy]: { category: null, country: "Spain" },
      [dan]: { category: null, country: null },
    });
  }));
