import assert from "node:assert/strict";
import { sha256 } from "../../../src/core/hash.ts";
import { saveKey } from "../../../src/db/access/api_keys.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { keyFile, readKey } from "../../../src/app/security/key_file.ts";
import { ensureApiKey, holderOfKey, newKey } from "../../../src/app/security/keys.ts";
import { migratedDatabase } from "../../support/migrated_database.ts";

const nameOfKey = async (sql: Database, key: string) => (await holderOfKey(sql, key))?.name ?? null;

async function withHome(test: (at: { sql: Database; home: string }) => Promise<void>): Promise<void> {
  await using database = await migratedDatabase();
  const home = await Deno.makeTempDir({ prefix: "perennial-keys-" });
  const sql = connect(database.url, { max: 4 });
  try {
    await test({ sql, home });
  } finally {
    await sql.end({ timeout: 5 });
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("newKey() is pk_ and 32 random bytes", () => {
  const keys = Array.from({ length: 50 }, newKey);
  for (const key of keys) assert.match(key, /^pk_[\w-]{43}$/);
  assert.equal(new Set(keys).size, 50);
});

Deno.test("ensureApiKey() makes a key once, keeps it owner-only, and only its sha256 in the database", () =>
  withHome(async ({ sql, home }) => {
    const first = await ensureApiKey(sql, { home });
    assert.deepEqual([first.created, first.path], [true, keyFile(home)]);
    assert.equal((await Deno.stat(keyFile(home))).mode! & 0o777, 0o600);
    assert.deepEqual(await ensureApiKey(sql, { home }), { ...first, created: false });
    assert.equal(await nameOfKey(sql, first.key!), "owner");
    assert.equal(await nameOfKey(sql, "pk_other"), null);
    const rows = await sql`select * from api_keys`;
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(first.key!));
    assert.deepEqual([...Deno.readDirSync(home)].map((e) => e.name), ["api-key"]);
  }));

Deno.test("ensureApiKey() gives all the same key, when several start at once in one home", () =>
  withHome(async ({ sql, home }) => {
    const keys = await Promise.all(Array.from({ length: 6 }, () => ensureApiKey(sql, { home })));
    assert.equal(new Set(keys.map((k) => k.key)).size, 1);
    assert.equal(keys.filter((k) => k.created).length, 1);
    assert.equal(await readKey(keyFile(home)), keys[0].key);
    assert.equal(await nameOfKey(sql, keys[0].key!), "owner");
  }));

Deno.test("ensureApiKey() keeps the key of the file, when the database was made anew or a crash came before it was stored there", () =>
  withHome(async ({ sql, home }) => {
    const { key } = await ensureApiKey(sql, { home });
    await sql`delete from api_keys`;
    assert.deepEqual(await ensureApiKey(sql, { home }), { key, path: keyFile(home), created: false });
    assert.equal(await nameOfKey(sql, key!), "owner");
  }));

Deno.test("ensureApiKey() says that it has none, when another machine made it", () =>
  withHome(async ({ sql, home }) => {
    await saveKey(sql, "owner", sha256("pk_elsewhere"));
    assert.deepEqual(await ensureApiKey(sql, { home }), { key: null, path: null, created: false });
    await Deno.writeTextFile(keyFile(home), "pk_stale\n");
    assert.equal((await ensureApiKey(sql, { home })).key, null);
  }));

Deno.test("ensureApiKey() lets in a key from the environment beside the others, and refuses a short one", () =>
  withHome(async ({ sql, home }) => {
    const own = await ensureApiKey(sql, { home });
    const given = "a-long-key-from-the-environment";
    assert.deepEqual(await ensureApiKey(sql, { home, given }), { key: given, path: null, created: false });
    assert.deepEqual([await nameOfKey(sql, given), await nameOfKey(sql, own.key!)], ["environment", "owner"]);
    await assert.rejects(ensureApiKey(sql, { home, given: "short" }), /need >= 16 characters, have 5/);
  }));
