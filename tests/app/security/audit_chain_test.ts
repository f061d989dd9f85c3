import assert from "node:assert/strict";
import { checkpointAudit, readKept, verifyAudit } from "../../../src/app/security/audit_chain.ts";
import { createCheckpoints } from "../../../src/app/security/checkpoints.ts";
import { listAlerts } from "../../../src/db/alerts/alerts.ts";
import { listAudit, writeAudit } from "../../../src/db/access/audit.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { createScope, dropScope, scopeOf } from "../../../src/db/backtests/scopes.ts";
import { grantApp, mayRewriteAudit } from "../../../src/db/roles.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { RetrainingConfig } from "../../../src/config/retraining.ts";
import { newSigningKey, openSigningKeys } from "../../../src/security/signing.ts";
import { freshDatabase, freshName } from "../../support/installation.ts";

const signing = openSigningKeys({ privatePem: newSigningKey(), trusted: [] });

async function withAudit(use: (sql: Database, url: string, home: string) => Promise<void>): Promise<void> {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 4 });
  const home = await Deno.makeTempDir({ prefix: "perennial-audit-" });
  try {
    await migrate(sql);
    await use(sql, database.url, home);
  } finally {
    await sql.end({ timeout: 5 });
    await Deno.remove(home, { recursive: true });
  }
}

const write = (sql: Database, requestId: string, why = "to see") =>
  writeAudit(sql, {
    requestId,
    who: "änn",
    action: "start",
    target: "churn",
    why,
    before: { active: false },
  });

/** Does to the database what only its owner can. */
async function tamper(sql: Database, work: (tx: Database) => Promise<unknown>): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await work(tx as unknown as Database);
  });
}

Deno.test("verifyAudit() finds a chain whole, written by many at once, twice, and rolled back", () =>
  withAudit(async (sql) => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => write(sql, `r${i % 8}`)));
    await sql.begin(async (tx) => {
      await write(tx as unknown as Database, "undone");
      throw new Error("undone");
    }).catch(() => undefined);
    await write(sql, "last", 'quotes " and | and \\ and 7:colons');
    const { intact, rows, head, broken } = await verifyAudit(sql, signing);
    assert.deepEqual([intact, rows, head.link, broken], [true, 9, 9, null]);
  }));

for (
  const [what, work, want] of [
    [
      "a word was changed",
      (tx: Database) => tx`update audit set who = 'innocent' where link = 2`,
      [2, "its content was changed"],
    ],
    [
      "a time was changed",
      (tx: Database) => tx`update audit set at = at + interval '1 second' where link = 3`,
      [3, "its content was changed"],
    ],
    ["a row was removed", (tx: Database) => tx`delete from audit where link = 2`, [2, "the row is gone"]],
    [
      "a row was added",
      (tx: Database) =>
        tx`insert into audit (request_id, who, action, target, why) values ('x', 'owner', 'stop', 'churn', '')`,
      [null, "the row was added outside of the chain"],
    ],
    [
      "two rows changed places",
      (tx: Database) => tx`update audit set link = case link when 2 then 30 else 2 end where link in (2, 30)`,
      [2, "the row is gone"],
    ],
    [
      "the chain was computed anew after a change",
      async (tx: Database) => {
        await tx`update audit set who = 'innocent' where link = 1`;
        await rechain(tx);
      },
      [3, "a signed checkpoint has another hash"],
    ],
    [
      "the end was cut off, and the checkpoint with it",
      async (tx: Database) => {
        await tx`delete from audit where link >= 3`;
        await tx`delete from audit_checkpoints`;
      },
      [3, "the row is gone, though a checkpoint has seen it"],
    ],
    [
      "the head was moved",
      (tx: Database) => tx`update audit_head set hash = repeat('0', 64)`,
      [3, "the head of the chain has another hash"],
    ],
    [
      "the end was cut off after the newest checkpoint",
      async (tx: Database) => {
        await tx`update audit_head set link = 4`; // as after another row
      },
      [4, "the row is gone, though the head of the chain has seen it"],
    ],
    [
      "the head was deleted",
      (tx: Database) => tx`delete from audit_head`,
      [4, "the head of the chain is gone"],
    ],
    [
      "a checkpoint was made up",
      (tx: Database) => tx`update audit_checkpoints set signature = ${OTHER.sign("anything")}`,
      [3, "its checkpoint is not signed by this installation"],
    ],
  ] as [string, (tx: Database) => Promise<unknown>, [number | null, string]][]
) {
  Deno.test(`verifyAudit() names the first broken link, when ${what}`, () =>
    withAudit(async (sql, _url, home) => {
      for (const id of ["a", "b", "c"]) await write(sql, id);
      await checkpointAudit(sql, { signing, home, last: 0 });
      assert.equal((await verifyAudit(sql, signing, await readKept(home))).intact, true);
      await tamper(sql, work);
      const { broken } = await verifyAudit(sql, signing, await readKept(home));
      assert.deepEqual([broken?.link, broken?.why], want);
    }));
}
const OTHER = openSigningKeys({ privatePem: newSigningKey(), trusted: [] });

/** Computes every hash again, as an attacker who owns the database would. */
async function rechain(tx: Database): Promise<void> {
  let previous = "0".repeat(64);
  for (const { link } of await tx`select link from audit order by link`) {
    const [row] =
      await tx`update audit a set previous_hash = ${previous}, hash = audit_hash(a, link, ${previous})
      where link = ${link} returning hash`;
    previous = row.hash;
  }
}

Deno.test("createCheckpoints() tells of a broken chain once a day, and closes it once every link holds", () =>
  withAudit(async (sql, _url, home) => {
    for (const id of ["a", "b"]) await write(sql, id);
    await checkpointAudit(sql, { signing: OTHER, home, last: 0 }); // by who lacked the key
    let nowMs = Date.parse("2026-12-01T00:00:00Z");
    const sign = createCheckpoints({
      sql,
      signing,
      home,
      channels: new Map(),
      clock: () => nowMs,
      log: () => {},
    });
    await sign();
    const [{ title, closedAt }] = await listAlerts(sql);
    assert.match(
      title,
      /^The audit was changed: link 2: its checkpoint is not signed by this installation\. /,
    );
    assert.equal(closedAt, null);
    await tamper(sql, (tx) => tx`delete from audit_checkpoints`);
    await Deno.remove(`${home}/audit-checkpoint`);
    nowMs += 24 * 3_600_000;
    await sign();
    assert.equal(
      (await listAlerts(sql, { open: false }))[0].closedWhy,
      "every link was computed again and holds",
    );
  }));

Deno.test("migrate() chains the rows that an older release wrote", () =>
  withAudit(async (sql) => {
    await sql`drop trigger audit_chain on audit`;
    await sql`drop function chain_audit(), audit_hash(audit, bigint, text), audit_field(text)`;
    await sql`drop table audit_head, audit_checkpoints`;
    await sql`alter table audit drop column link, drop column previous_hash, drop column hash`;
    await sql`delete from migrations where name like '0026%'`;
    for (const id of ["a", "b", "c"]) await write(sql, id);
    await migrate(sql);
    await write(sql, "d");
    const { intact, rows } = await verifyAudit(sql, signing);
    assert.deepEqual([intact, rows], [true, 4]);
  }));

Deno.test("the app's role writes and reads the audit and cannot change it, works with everything else, and owns scopes", () =>
  withAudit(async (owner, url) => {
    const role = freshName("app").replaceAll(/[^a-z0-9_]/g, "_");
    const password = "0123456789abcdef0123456789abcdef";
    await grantApp(owner, { role, password });
    await grantApp(owner, { role, password });
    const address = new URL(url);
    address.username = role;
    address.password = password;
    const app = connect(address.href, { max: 2 });
    try {
      await write(app, "a");
      assert.equal((await listAudit(app)).length, 1);
      assert.equal((await verifyAudit(app, signing)).intact, true);
      assert.deepEqual([await mayRewriteAudit(app), await mayRewriteAudit(owner)], [false, true]);
      for (
        const attempt of [
          () => app`update audit set who = 'x'`,
          () => app`delete from audit`,
          () => app`truncate audit`,
          () => app`alter table audit disable trigger user`,
          () => app`update audit_head set link = 0`,
          () => app`delete from audit_checkpoints`,
          () => app`update serving_history set by = 'x'`,
          () => app`insert into migrations (name) values ('9999')`,
          () => app`set session_replication_role = replica`,
          () => app`copy settings from program 'id'`,
          () => app`create role another`,
          () => app`alter role ${app(role)} superuser`,
          () => app`create table public.mine (a int)`,
        ]
      ) await assert.rejects(attempt, /permission denied|must be owner|must be superuser/i, String(attempt));
      const scope = scopeOf("one", 0);
      await createScope(app, scope, { config: RetrainingConfig.parse({}), why: "a test" });
      await app`analyze events`;
      await dropScope(app, scope);
    } finally {
      await app.end({ timeout: 5 });
      await owner`drop owned by ${owner(role)}`;
      await owner`drop role ${owner(role)}`;
    }
  }));
