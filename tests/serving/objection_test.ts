import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { setObjection } from "../../src/db/people/people.ts";
import { pseudonym } from "../api/support.ts";
import { addPeople, event } from "../db/events_support.ts";
import { tinyArtefact } from "./artefact.ts";
import { inServingShop, NOW_MS, row } from "./serving_shop.ts";

Deno.test("the baseline answers about who objects, by id and by row; no version counts it and nothing is stored", () =>
  inServingShop(async ({ sql, deploy, predict, close }) => {
    const version = await deploy(tinyArtefact(1));
    const users = ["ann", "bob"];
    const keys = users.map(pseudonym);
    await addPeople(sql, keys);
    await setObjection(sql, keys[0], true);
    await insertEvents(sql, keys.map((userKey) => event({ userKey, atMs: NOW_MS - 3 * DAY_MS })));
    for (const asked of [{ users }, { rows: users.map((user) => row(3, user)) }]) {
      const { predictions: [ann, bob], fallback } = await predict(asked);
      assert.deepEqual([ann.version, ann.arm, ann.fallback, fallback], [null, "baseline", false, false]);
      assert.match(ann.reason!, /objects to being profiled/);
      assert.deepEqual([bob.version, bob.arm], [version, "champion"]);
      assert.notEqual(ann.prediction, bob.prediction);
    }
    await close();
    const stored = await sql`select distinct user_key from predictions`;
    assert.deepEqual(stored.map(({ userKey }) => userKey), [keys[1]]);
    const [{ answers, errors, fallbacks }] =
      await sql`select sum(answers)::int as answers, sum(errors)::int as errors,
      sum(fallbacks)::int as fallbacks from serving_minutes`;
    assert.deepEqual([answers, errors, fallbacks], [2, 0, 0]);
  }));
