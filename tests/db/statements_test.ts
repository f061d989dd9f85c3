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

/** Holds a table, so that an insert waits for it. @returns lets go */
async function lockKept(other: ReturnType<typeof connect>): Promise<() => Promise<void>> {
  const holder = await other.reserve();
  await holder`begin`;
  await holder`lock table kept in share mode`;
  return async () => {
    await holder`rollback`;
    holder.release();
  };
}

/** A way to the database that can be cut for new connections: a cancellation is one, a statement's own is not. */
async function withGate(
  databaseUrl: string,
  test: (url: string, gate: { isOpen: boolean }) => Promise<void>,
): Promise<void> {
  const gate = { isOpen: true };
  const { hostname, port } = new URL(databaseUrl);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.Conn>();
  const join = async (client: Deno.Conn) => {
    connections.add(client);
    if (!gate.isOpen) return client.close();
    const server = await Deno.connect({ hostname, port: Number(port) });
    connections.add(server);
    const ends = [client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)];
    await Promise.allSettled(ends);
  };
  const taking = (async () => {
    for await (const client of listener) void join(client);
  })();
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((listener.addr as Deno.NetAddr).port);
  try {
    await test(url.href, gate);
  } finally {
    listener.close();
    for (const connection of connections) {
      try {
        connection.close();
      } catch { /* it is closed */ }
    }
    await taking.catch(() => undefined);
  }
}

for (const inTransaction of [false, true]) {
  Deno.test(
    `a statement ${
      inTransaction ? "of a transaction" : "alone"
    } that gets its lock before its cancellation arrives keeps nothing`,
    () =>
      withInstallation(({ databaseUrl }) =>
        withGate(databaseUrl, async (url, gate) => {
          const [sql, other] = [connect(url, { max: 1 }), connect(databaseUrl, { max: 2 })];
          try {
            await other`create table kept (id int)`;
            await sql`select 1`;
            const unlock = await lockKept(other);
            const scope = new StatementScope();
            const work = scope.run(() =>
              inTransaction
                ? sql.begin((tx) => tx`insert into kept values (1)`)
                : sql`insert into kept values (1)`.then((rows) => rows)
            );
            work.catch(() => undefined);
            const waits = async () =>
              (await other`select from pg_stat_activity where wait_event_type = 'Lock'
              and datname = current_database()`).length > 0;
            assert.ok(await waitUntil(waits, { withinMs: 20_000, everyMs: 5 }), "it waits for the lock");
            gate.isOpen = false; // no cancellation comes through
            scope.giveUp();
            await unlock();
            await assert.rejects(work, GivenUpError);
            assert.equal(scope.mayBeKept, false);
            assert.equal((await other`select from kept`).length, 0);
            assert.equal((await sql`select 1 as x`)[0].x, 1, "the one connection is of use again");
          } finally {
            await Promise.all([sql.end({ timeout: 1 }), other.end({ timeout: 1 })]);
          }
        })
      ),
  );
}

Deno.test("work that is given up while its commit is under way says that something may be kept", () =>
  withPools(async (sql, other) => {
    await other.unsafe(`create function wait_at_commit() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(7); return null; end $$;
      create constraint trigger waits after insert on kept deferrable initially deferred
        for each row execute function wait_at_commit()`);
    await other`select pg_advisory_lock(7)`;
    const scope = new StatementScope();
    const work = scope.run(() => sql`insert into kept values (1)`.then((rows) => rows));
    work.catch(() => undefined);
    assert.ok(await waitUntil(() => Promise.resolve(scope.mayBeKept), { withinMs: 20_000, everyMs: 5 }));
    scope.giveUp();
    await other`select pg_advisory_unlock(7)`;
    const outcome = await work.then(() => "kept", () => "undone");
    assert.equal((await other`select from kept`).length, outcome === "kept" ? 1 : 0);
  }));

Deno.test("work that is given up while it waits for a connection leaves the pool as it was", () =>
  withInstallation(async ({ databaseUrl }) => {
    const sql = connect(databaseUrl, { max: 1 });
    try {
      await sql`create table kept (id int)`;
      await sql.end({ timeout: 5 });
      const cold = connect(databaseUrl, { max: 1 });
      const scope = new StatementScope();
      const work = scope.run(() => cold`insert into kept values (1)`.then((rows) => rows));
      work.catch(() => undefined);
      await Promise.resolve().then(() => scope.giveUp());
      await assert.rejects(work, GivenUpError);
      assert.equal((await cold`select count(*)::int as n from kept`)[0].n, 0);
      await cold.end({ timeout: 5 });
    } finally {
      await sql.end({ timeout: 1 });
    }
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
    const again = Array.from({ length: 3 }, (_, i) => sql`insert into kept values (${i})`);
    await Promise.all(again); // over both connections: the one of the transaction is of use again
    assert.equal((await other`select from kept`).length, 3, "others go on");
  }));

Deno.test("work that may be sent again commits each statement by itself, and says that it may be kept", () =>
  withPools(async (sql, other) => {
    const heard: string[] = [];
    const end = watchStatements(({ text }) => () => void heard.push(text.split(" ")[0]));
    const scope = new StatementScope({ holdsCommits: false });
    await scope.run(async () => void await sql`select 1`);
    assert.equal(scope.mayBeKept, false, "a question changes nothing");
    await scope.run(async () => void await sql`insert into kept values (1)`);
    end();
    assert.deepEqual(heard, ["select", "insert"], "in no transaction of its own");
    assert.equal(scope.mayBeKept, true);
    const late = scope.run(async () => void await sql`insert into kept select 2 from pg_sleep(600)`);
    late.catch(() => undefined);
    const sleeps = async () =>
      (await other`select from pg_stat_activity where query like 'insert%pg_sleep(600)%' and state = 'active'`)
        .length > 0;
    assert.ok(await waitUntil(sleeps, { withinMs: 60_000, everyMs: 5 }), "it runs");
    scope.giveUp();
    await assert.rejects(late, { code: "57014" });
    await assert.rejects(scope.run(async () => void await sql`insert into kept values (3)`), GivenUpError);
    assert.deepEqual([...await other`select id from kept`].map(({ id }) => id), [1]);
  }));
