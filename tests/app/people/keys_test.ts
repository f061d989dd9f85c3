import assert from "node:assert/strict";
import { ingest } from "../../../src/app/events/ingest.ts";
import { importFile } from "../../../src/app/events/import.ts";
import { allKeysOf, forgetRemembered, keysOf, knownKeysOf } from "../../../src/app/people/keys.ts";
import { currentConfig, saveConfig } from "../../../src/db/config/config_versions.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { layered } from "../../../src/privacy/pseudonym.ts";
import { pseudonym, withEvents } from "../../db/events_support.ts";

const NOW = Date.UTC(2024, 4, 1);
const clock = () => NOW;
const view = (over: Record<string, unknown>) => ({ type: "view", time: NOW, ...over });
const users = Array.from({ length: 500 }, (_, i) => `u${i}`);

Deno.test("keysOf() gives each shopper one random key, however many ask at once, and asks once", () =>
  withEvents(async (sql, url) => {
    const other = connect(url);
    const [a, b] = await Promise.all([
      keysOf({ sql, pseudonym }, users),
      keysOf({ sql: other, pseudonym }, [...users].reverse()),
    ]);
    await other.end();
    assert.deepEqual(users.map(a), users.map(b));
    assert.equal(new Set(users.map(a)).size, users.length);
    assert.ok(users.every((user) => a(user) !== pseudonym(user)), "the key does not follow from the id");
    await sql`delete from people`;
    const remembered = await keysOf({ sql, pseudonym }, users);
    assert.deepEqual(users.map(remembered), users.map(a), "no statement was needed");
    forgetRemembered(sql);
    assert.equal(
      (await knownKeysOf({ sql, pseudonym }, users)).isKnown("u1"),
      false,
      "a look-up adds nobody",
    );
    assert.equal((await sql`select from people`).length, 0);
  }));

Deno.test("an id is one shopper, its marks on its letters or beside them, also whom an earlier version knew", () =>
  withEvents(async (sql) => {
    const [on, beside] = ["ren\u00e9", "rene\u0301"];
    const deps = { sql, pseudonym };
    const fresh = await keysOf(deps, [on, beside]);
    assert.equal(fresh(on), fresh(beside));
    assert.equal((await sql`select from people`).length, 1);
    // As an earlier version noted them: under what was sent.
    const [before, both] = ["zoe\u0308", "noe\u0308l"];
    const keys = { before: crypto.randomUUID(), on: crypto.randomUUID(), beside: crypto.randomUUID() };
    const rows = [[before, keys.before], [both.normalize("NFC"), keys.on], [both, keys.beside]];
    for (const [user, key] of rows) {
      await sql`insert into people (hash, key, layer) values (${pseudonym(user)}, ${key}, 1)`;
    }
    const found = await keysOf(deps, [before.normalize("NFC"), both]);
    assert.equal(found(before), keys.before);
    assert.equal(found(both), keys.on);
    assert.deepEqual(await allKeysOf(deps, both), [keys.on, keys.beside]);
    const [unseen, unseenKey] = ["17\u200b", crypto.randomUUID()];
    await sql`insert into people (hash, key, layer) values (${pseudonym(unseen)}, ${unseenKey}, 1)`;
    const seen = (await keysOf(deps, ["17"]))("17");
    assert.equal((await keysOf(deps, [unseen]))(unseen), seen);
    assert.deepEqual(await allKeysOf(deps, unseen), [seen, unseenKey]);
    assert.equal((await sql`select from people`).length, 6);
  }));

Deno.test("a newer secret laid over the older finds shoppers hashed with either; one that lags adds nobody", () =>
  withEvents(async (sql) => {
    const secrets = ["the first secret of this test", "the second secret of this test"];
    const first = layered(secrets.slice(0, 1));
    const second = layered(secrets);
    const key = (await keysOf({ sql, pseudonym: first }, ["ann"]))("ann");
    forgetRemembered(sql);
    assert.equal((await keysOf({ sql, pseudonym: second }, ["ann"]))("ann"), key);
    await sql`insert into settings (name, value) values ('people_layers', '2')`;
    forgetRemembered(sql);
    await assert.rejects(keysOf({ sql, pseudonym: first }, ["bob"]), /secret was rotated/);
    assert.equal((await sql`select from people`).length, 1);
  }));

Deno.test("an event without consent keeps neither shopper nor session, wherever it comes in and whatever becomes of it", () =>
  withEvents(async (sql) => {
    const sent = [
      view({ id: "1", user: "ann", session: "s1", consent: false }),
      view({ id: "2", user: "ann", session: "s1", consent: "denied", price: -1 }),
      view({ id: "3", user: "ann", session: "s1", consent: "perhaps" }),
      view({ id: "4", user: "bob", session: "s2", consent: true }),
      view({ id: "5", user: "bob", session: "s2" }),
    ];
    const { accepted, quarantined } = await ingest({ sql, clock, pseudonym }, sent, { source: "api" });
    assert.deepEqual([accepted, quarantined], [3, 2]);
    const path = await Deno.makeTempFile({ suffix: ".csv" });
    await Deno.writeTextFile(
      path,
      "event_id,user_id,event_type,timestamp,consent\n6,ann,view,2024-04-01,no\n7,bob,view,2024-04-01,yes\n",
    );
    await importFile({ sql, clock, pseudonym }, path);
    const stored =
      await sql`select event_id, user_key is null as nobody, session_code is null as none from events order by 1`;
    assert.deepEqual(stored.map(({ eventId, nobody, none }) => [eventId, nobody, none]), [
      ["1", true, true],
      ["4", false, false],
      ["5", false, false],
      ["6", true, true],
      ["7", false, true],
    ]);
    assert.equal((await sql`select from people`).length, 1, "who did not consent is not on the map");
    assert.equal((await sql`select from quarantine where body ? 'user' or body ? 'session'`).length, 0);
  }));

const PERSONAL = [
  view({
    id: "mail ann@example.org",
    user: "ann",
    product: "for ann@example.org",
    session: "+49 170 1234567",
  }),
  view({ id: "x", user: "bob", product: "for bob@example.org", category: "4111 1111 1111 1111" }),
];

async function setPolicy(sql: Database, personal_text: "mask" | "refuse"): Promise<void> {
  const { version, config } = await currentConfig(sql);
  await saveConfig(sql, { config: { ...config, personal_text }, after: version, by: "ann", why: "a test" });
}

/** Nothing of it stands anywhere. */
async function assertGone(sql: Database): Promise<void> {
  const tables = await sql`select table_name from information_schema.tables where table_schema = 'public'`;
  for (const { tableName } of tables) {
    const table = sql(tableName);
    const rows = await sql`select t::text from ${table} t where t::text ~ 'example.org|1234567|4111'`;
    assert.deepEqual([...rows], [], tableName);
  }
}

Deno.test("personal text in events and file names is masked at the door, and what was apart stays apart", () =>
  withEvents(async (sql) => {
    const { accepted } = await ingest({ sql, clock, pseudonym }, PERSONAL, { source: "api" });
    assert.equal(accepted, 2);
    const rows = await sql`select product, category from events order by at, event_id`;
    assert.equal(new Set(rows.map(({ product }) => product)).size, 2);
    assert.ok(rows.every(({ product }) => /^for \[e-mail [0-9a-f]{8}\]$/.test(product)));
    const again = await ingest({ sql, clock, pseudonym }, PERSONAL, { source: "api" });
    assert.equal(again.duplicates, 2, "the same again counts once");
    const path = `${await Deno.makeTempDir()}/orders of ann@example.org.csv`;
    await Deno.writeTextFile(
      path,
      "event_id,user_id,event_type,timestamp,sku\n8,ann,view,2024-04-01,+49 170 1234567\n9,ann,bad type,2024-04-01,p\n",
    );
    await importFile({ sql, clock, pseudonym }, path);
    await assertGone(sql);
  }));

Deno.test("where the setting refuses personal text, the event is put aside without it", () =>
  withEvents(async (sql) => {
    await setPolicy(sql, "refuse");
    const { results, quarantined } = await ingest({ sql, clock, pseudonym }, PERSONAL, { source: "api" });
    assert.equal(quarantined, 2);
    assert.equal(results[0].reason, "id holds an e-mail address");
    assert.ok(!JSON.stringify(results).includes("example.org"));
    const path = `${await Deno.makeTempDir()}/ann@example.org.csv`;
    await Deno.writeTextFile(path, "user_id,event_type,timestamp\nann,view,2024-04-01\n");
    await assert.rejects(importFile({ sql, clock, pseudonym }, path), /file name: holds an e-mail address/);
    await assertGone(sql);
  }));
