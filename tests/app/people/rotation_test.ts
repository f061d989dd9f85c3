import assert from "node:assert/strict";
import { forgetRemembered, keysOf, knownKeysOf } from "../../../src/app/people/keys.ts";
import {
  finishRotation,
  openPseudonyms,
  rotateSecret,
  secretsOf,
} from "../../../src/app/security/pseudonym_secret.ts";
import { withEvents } from "../../db/events_support.ts";

const users = Array.from({ length: 4500 }, (_, i) => `u${i}`);

Deno.test("rotateSecret() hashes everybody again in the background; keys stay, also of who comes meanwhile", () =>
  withEvents(async (sql) => {
    const home = await Deno.makeTempDir();
    const first = await openPseudonyms(sql, { home });
    const before = await keysOf({ sql, pseudonym: first }, users);
    const publicKeys = await keysOf({ sql, pseudonym: (user) => first(`public ${user}`), publicKeys: true }, [
      "x",
    ]);
    await rotateSecret(home);
    assert.deepEqual((await Deno.readTextFile(`${home}/secrets.older`)).split("\n").length, 2);
    const second = await openPseudonyms(sql, { home });
    forgetRemembered(sql);
    const half = await keysOf({ sql, pseudonym: second }, [...users, "new"]);
    assert.deepEqual(users.map(half), users.map(before), "found by the older hash");
    for (let i = 0; i < 2; i++) await rotateSecret(home); // before the first has ended, and twice at once
    const fourth = await openPseudonyms(sql, { home });
    forgetRemembered(sql);
    const again = await keysOf({ sql, pseudonym: fourth }, [...users, "new"]);
    assert.deepEqual(["new", ...users].map(again), ["new", ...users].map(half), "found by the third hash");
    const secrets = await secretsOf({ home });
    assert.equal(await finishRotation(sql, secrets), users.length + 1);
    assert.equal(await finishRotation(sql, secrets), 0, "again changes nothing");
    forgetRemembered(sql);
    const after = await knownKeysOf({
      sql,
      pseudonym: Object.assign((user: string) => fourth(user), { layers: 4 }),
    }, users);
    assert.deepEqual(users.map(after), users.map(before), "found by the newest hash alone");
    assert.equal(after("u7"), before("u7"));
    const [{ hash }] = await sql`select hash from people where key = ${publicKeys("x")}`;
    assert.equal(hash, first("public x"), "public data keep their keys");
    const [{ n }] = await sql`select count(*)::int as n from people`;
    assert.equal(n, users.length + 2);
    await Deno.remove(home, { recursive: true });
  }));
