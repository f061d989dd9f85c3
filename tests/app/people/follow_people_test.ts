import assert from "node:assert/strict";
import { followPeople, keysOf, knownKeysOf } from "../../../src/app/people/keys.ts";
import { setObjection } from "../../../src/db/people/people.ts";
import { connect } from "../../../src/db/connect.ts";
import { waitUntil } from "../../../src/embedded/waiting.ts";
import { pseudonym, withEvents } from "../../db/events_support.ts";

const until = async (what: string, check: () => Promise<boolean>) =>
  assert.ok(await waitUntil(check, { withinMs: 60_000, everyMs: 20 }), `in vain: ${what}`);

Deno.test("followPeople() has an erasure and an objection elsewhere known at once; a new shopper makes nobody forgotten", () =>
  withEvents(async (sql, url) => {
    const elsewhere = connect(url, { max: 1 });
    const end = await followPeople(sql);
    const asked = () => knownKeysOf({ sql, pseudonym }, ["ann", "bob"]);
    try {
      const keys = await keysOf({ sql, pseudonym }, ["ann", "bob"]);
      await keysOf({ sql: elsewhere, pseudonym }, ["eve"]);
      await setObjection(elsewhere, keys("ann"), true);
      await until("the objection", async () => (await asked()).objects("ann"));
      assert.equal((await asked())("bob"), keys("bob"));
      await elsewhere`delete from people where key = ${keys("bob")}`;
      await until("the erasure", async () => !(await asked()).isKnown("bob"));
    } finally {
      await end();
      await elsewhere.end({ timeout: 5 });
    }
  }));
