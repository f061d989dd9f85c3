import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { GivenUpError, StatementScope, watchStatements } from "../../src/db/statements.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { withInstallation } from "../support/installation.ts";

const withPools = (
  test: (sql: ReturnType<typeof connect>, other: ReturnType<typeof connect>) => Promise<void>,
) =>
  withInstallation(async ({ databaseUrl }) => {
    const [sql, other] = [connect(databaseUrl, { max: 2 }), connect(databaseUrl, { max: 1 })];
    try {
      await sql`create table kept (id int)`;
      await test(sql, other);
    } finally {
      await Promise.all([sql.end({ timeout: 1 }), other.end({ timeout: 1 })]);
    }
  });

Deno.test("a watch hears of each statement once, without its values, and how it ended", () =>
  withPools(async (sql) => {
    const heard: string[] = [];
    const end = watchStatements(({ text }) => (error) => {
      heard.push(`${text}: ${error === null ? "ok" : (error as Error).message}`);
    });
    await sql`select ${"a secret"}::text as x
      where true ${sql`and ${1} = 1`}`;
    await assert.rejects(sql`select nothing`);
    await sql.begin(async (tx) => void await tx`insert into kept values (${7})`);
    end();
    await sql`select 2`;
    assert.ok(!heard.join().includes("secret"));
    assert.equal(heard.length, 5);
    assert.match(heard[0], /^select \$1::text as x where true .*: ok$/);
    assert.match(heard[1], /^select nothing: column "nothing" does not exist$/);
    assert.deepEqual(heard.slice(2).map((line) => line.split(" ")[0].replace(":", "")), [
      "begin",
      "insert",
      "commit",
    ]);
  }));

Deno.test("work that is given up has its statement cancelled, and its transaction keeps nothing", () =>
  withPools(async (sql, other) => {
    const scope = new StatementScope();
    const work = scope.run(() =>
      sql.begin(async (tx) => {
        await tx`insert into kept values (1)`;
        await tx`select pg_sleep(600)`;
      })
    );
    work.catch(() => undefined);
    const sleeps = async () =>
      (await other`select from pg_stat_activity where query like '%pg_sleep(600)%'
      and pid <> pg_backend_pid() and state = 'active'`).length > 0;
    assert.ok(await waitUntil(sleeps, { withinMs: 60_000, everyMs: 5 }), "it runs");
    scope.giveUp();
    await assert.rejects(work, { code: "57014" });
    assert.equal((await other`select from kept`).length, 0);
    assert.equal((await sql`select 1 as x`)[0].x, 1, "the connection is of use again");
  }));

Deno.test("what is given up between two statements sends no further one but its way back", () =>
  withPools(async (sql, other) => {
    const scope = new StatementScope();
    const work = scope.run(() =>
      sql.begin(async (tx) => {
        await tx`insert into kept values (1)`;
        scope.giveUp();
      })
    );
    await assert.rejects(work, GivenUpError);
    assert.equal((await other`select from kept`).length, 0);
    await sql`insert into kept values (2)`;
    assert.equal((await other`select from kept`).length, 1, "others go on");
  }));
