import assert from "node:assert/strict";
import { sha256 } from "../../src/core/hash.ts";
import { connect } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { holderOfKey } from "../../src/app/security/keys.ts";
import { sessionOf } from "../../src/app/security/sessions.ts";
import { freshDatabase } from "../support/installation.ts";

const FOLDER = new URL("../../src/db/migrations/", import.meta.url);
const KEY = "pk_of-an-older-version";
const ID = "a".repeat(43);

Deno.test("0013_roles.sql salts the keys of an older version, which go on as admins, and so do their sessions", async () => {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 1 });
  try {
    await sql`create table migrations (name text primary key, applied_at timestamptz not null default now())`;
    for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
      if (name >= "0013") continue;
      await sql.unsafe(await Deno.readTextFile(new URL(name, FOLDER)));
      await sql`insert into migrations (name) values (${name})`;
    }
    const keySha256 = sha256("x");
    await sql`insert into api_keys (name, sha256) values ('owner', ${sha256(KEY)}), ('other', ${keySha256})`;
    await sql`insert into sessions (sha256, key_name, key_sha256, created_at, expires_at, seen_at)
      values (${sha256(ID)}, 'owner', ${sha256(KEY)}, now(), now() + interval '1 hour', now())`;
    await migrate(sql);
    const holder = await holderOfKey(sql, KEY);
    assert.deepEqual([holder?.name, holder?.role, holder?.scopes], ["owner", "admin", null]);
    assert.equal((await sessionOf(sql, ID, { atMs: Date.now() }))?.role, "admin");
    const rows = JSON.stringify([await sql`select * from api_keys`, await sql`select * from sessions`]);
    assert.ok(!rows.includes(sha256(KEY)));
  } finally {
    await sql.end({ timeout: 5 });
  }
});
