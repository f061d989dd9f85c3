import assert from "node:assert/strict";
import { NotFoundError } from "../../../src/core/errors.ts";
import { sha256 } from "../../../src/core/hash.ts";
import { saveKey } from "../../../src/db/access/api_keys.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { endSession, leaveNotice, takeNotice } from "../../../src/db/access/sessions.ts";
import { createAttempts } from "../../../src/security/attempts.ts";
import {
  beginSession,
  beginSessionByCode,
  makeSignInCode,
  SESSION_MS,
  sessionOf,
} from "../../../src/app/security/sessions.ts";
import { migratedDatabase } from "../../support/migrated_database.ts";

const KEY = "pk_a-key-for-tests-only";
const atMs = Date.parse("2026-03-02T14:37:08Z");

async function withKey(use: (sql: Database) => Promise<void>): Promise<void> {
  await using database = await migratedDatabase();
  const sql = connect(database.url, { max: 2 });
  try {
    await saveKey(sql, "owner", sha256(KEY));
    await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

Deno.test("beginSession() begins one for a known key only, and keeps no id", () =>
  withKey(async (sql) => {
    assert.equal(await beginSession(sql, "pk_another", { atMs }), null);
    const { id } = (await beginSession(sql, KEY, { atMs }))!;
    assert.equal((await sessionOf(sql, id, { atMs }))?.keyName, "owner");
    const rows = JSON.stringify(await sql`select * from sessions`);
    assert.ok(!rows.includes(id) && !rows.includes(KEY));
  }));

Deno.test("sessionOf() knows no session that ended, was signed out, or was made up", () =>
  withKey(async (sql) => {
    const { id, session } = (await beginSession(sql, KEY, { atMs }))!;
    for (const other of [undefined, "", id.slice(1), `${id}x`, "a".repeat(43), session.sha256]) {
      assert.equal(await sessionOf(sql, other, { atMs }), null, other ?? "none");
    }
    assert.ok(await sessionOf(sql, id, { atMs: atMs + SESSION_MS - 1 }));
    assert.equal(await sessionOf(sql, id, { atMs: atMs + SESSION_MS }), null);
    await endSession(sql, session.sha256);
    assert.equal(await sessionOf(sql, id, { atMs }), null);
  }));

Deno.test("sessionOf() knows no session whose key was replaced or removed", () =>
  withKey(async (sql) => {
    const { id } = (await beginSession(sql, KEY, { atMs }))!;
    await saveKey(sql, "owner", sha256("pk_the-next-one"));
    assert.equal(await sessionOf(sql, id, { atMs }), null);
    await sql`delete from api_keys`;
    assert.equal((await sql`select from sessions`).count, 0);
  }));

Deno.test("beginSession() clears away sessions that have ended", () =>
  withKey(async (sql) => {
    await beginSession(sql, KEY, { atMs });
    await beginSession(sql, KEY, { atMs: atMs + SESSION_MS });
    assert.equal((await sql`select from sessions`).count, 1);
  }));

Deno.test("sessionOf() writes down that a session is used, at most once a minute", () =>
  withKey(async (sql) => {
    const { id } = (await beginSession(sql, KEY, { atMs }))!;
    const seen = async (ms: number) => {
      await sessionOf(sql, id, { atMs: atMs + ms });
      return Date.parse((await sql`select seen_at from sessions`)[0].seenAt) - atMs;
    };
    assert.deepEqual([await seen(30_000), await seen(90_000), await seen(100_000)], [0, 90_000, 90_000]);
  }));

Deno.test("takeNotice() gives the word that was left once", () =>
  withKey(async (sql) => {
    const { session: { sha256 } } = (await beginSession(sql, KEY, { atMs }))!;
    assert.equal(await takeNotice(sql, sha256), null);
    await leaveNotice(sql, sha256, "Done.");
    assert.deepEqual([await takeNotice(sql, sha256), await takeNotice(sql, sha256)], ["Done.", null]);
  }));

Deno.test("createAttempts() bounds failures in a window, also of attempts at once, and forgives successes", () => {
  let now = 0;
  const attempts = createAttempts(() => now, { max: 2, perMs: 1000 });
  const begin = () => attempts.begin(["a"]);
  assert.deepEqual([begin(), begin(), begin()], [0, 0, 1000]);
  now = 400;
  assert.equal(begin(), 600);
  attempts.succeeded(["a"]);
  assert.equal(begin(), 0);
  now = 1000;
  assert.equal(begin(), 0, "the first failure is forgotten");
  assert.equal(begin(), 400);
});

Deno.test("createAttempts() counts each address and each key by itself, and forgets the oldest of too many", () => {
  const attempts = createAttempts(() => 0, { max: 1, perMs: 1000 });
  assert.equal(attempts.begin(["address 1", "key a"]), 0);
  assert.equal(attempts.begin(["address 2", "key b"]), 0);
  assert.equal(attempts.begin(["address 2", "key c"]), 1000);
  assert.equal(attempts.begin(["address 3", "key a"]), 1000);
  for (let i = 0; i < 20_000; i++) attempts.begin([`address ${i + 9}`]);
  assert.equal(attempts.begin(["address 1"]), 0);
});

Deno.test("a sign-in code begins one session, within five minutes, of the key that asked for it", () =>
  withKey(async (sql) => {
    const { code } = await makeSignInCode(sql, "owner", { atMs });
    const begun = await beginSessionByCode(sql, code, { atMs: atMs + 299_000 });
    assert.equal(begun?.session.keyName, "owner");
    assert.equal(await beginSessionByCode(sql, code, { atMs }), null, "it is used up");
    const late = await makeSignInCode(sql, "owner", { atMs });
    assert.equal(await beginSessionByCode(sql, late.code, { atMs: atMs + 300_000 }), null);
    const old = await makeSignInCode(sql, "owner", { atMs });
    await saveKey(sql, "owner", sha256("pk_another-key-under-this-name"));
    assert.equal(await beginSessionByCode(sql, old.code, { atMs }), null, "its key is not there any more");
    await assert.rejects(makeSignInCode(sql, "nobody", { atMs }), NotFoundError);
  }));
