/** What a sender is told while Postgres is in trouble, or while too much is under way. */
import assert from "node:assert/strict";
import { createAdmission } from "../../src/api/admission.ts";
import { createQuota, storedQuota } from "../../src/api/quota.ts";
import { hindranceOf, problemOf } from "../../src/api/problem.ts";
import { createDatabaseWatch, type DatabaseWatch } from "../../src/app/database_watch.ts";
import { withDeadline } from "../../src/core/deadline.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { systemClock } from "../../src/core/clock.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { withApp } from "./support.ts";

const purchase = { type: "purchase", user: "17", time: "2011-08-01T10:00:00Z", product: "a", price: 3 };

async function readOnly(sql: Database, on: boolean): Promise<void> {
  const [{ name }] = await sql`select current_database() as name`;
  await sql.unsafe(`alter database ${name} set default_transaction_read_only = ${on}`);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid()`;
  await sql.unsafe(`set default_transaction_read_only = ${on}`);
}

Deno.test("while Postgres is read-only, events are answered 503 with Retry-After, and readyz says why", () =>
  withApp(async ({ call, sql }) => {
    await readOnly(sql, true);
    const answer = await call("POST", "/events", [purchase]);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
    assert.match((await answer.json()).detail, /read-only.*send it again/);
    const ready = await call("GET", "/readyz");
    assert.deepEqual([ready.status, (await ready.json()).detail], [
      503,
      "Postgres takes no changes: it is read-only",
    ]);
    assert.equal((await call("GET", "/healthz")).status, 200);
  }));

Deno.test("a statement that takes too long is ended, and told as 503", () =>
  withApp(async ({ sql }) => {
    const slow = await sql.begin(async (tx) => {
      await tx`set local statement_timeout = 20`;
      await tx`select pg_sleep(5)`;
    }).catch((error) => error);
    const { status, detail } = problemOf(slow, "r");
    assert.deepEqual([status, detail.includes("took too long")], [503, true]);
  }));

for (const code of ["25006", "53100", "57014", "40P01"]) {
  Deno.test(`hindranceOf() knows ${code}, alone and among others`, () => {
    const error = Object.assign(new Error("x"), { code });
    assert.ok(hindranceOf(error));
    assert.equal(hindranceOf(new AggregateError([new Error("y"), error])), hindranceOf(error));
    assert.equal(problemOf(error, "r").status, 503);
  });
}

Deno.test("a body that was cut off is told as 503, not as a fault of this server", () => {
  const error = new Deno.errors.BadResource("Cannot read body as underlying resource unavailable");
  assert.equal(problemOf(error, "r").status, 503);
});

Deno.test("beyond what may be under way the answer is 429 with Retry-After", () => {
  const admission = createAdmission({ requests: 1, bytes: 10 });
  return withApp(async ({ call }) => {
    const leave = admission.enter(new Request("http://x/"), 10);
    const refused = await call("POST", "/events", [purchase]);
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "1"]);
    assert.equal((await call("GET", "/healthz")).status, 200);
    leave();
    assert.equal((await call("POST", "/events", [purchase])).status, 200);
  }, { admission });
});

Deno.test("beyond its quota a shop is told 429 and when to come again, and 507 once its storage is full", () => {
  const bounded = (what: string) => createQuota({ perSecond: 0.1, what, clock: () => 0 });
  let isFull = false;
  const stored = storedQuota({
    maxGb: 1,
    readBytes: () => Promise.resolve(isFull ? 1e9 : 0),
    clock: () => isFull ? 60_000 : 0,
  });
  const unbounded = createQuota({ perSecond: undefined, what: "events", clock: () => 0 });
  const quotas = { events: bounded("events"), predictions: bounded("predictions"), stored };
  return withApp(async ({ call }) => {
    assert.equal((await call("POST", "/events", [purchase, { ...purchase, product: "b" }])).status, 200);
    const refused = await call("POST", "/events", [purchase]);
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "10"]);
    await call("POST", "/predictions/churn", { users: ["1", "2", "3"] });
    const later = await call("POST", "/predictions/churn", { user: "1" });
    assert.deepEqual([later.status, later.headers.get("retry-after")], [429, "20"]);
    quotas.events = unbounded;
    isFull = true;
    const full = await call("POST", "/events", [purchase]);
    assert.deepEqual([full.status, full.headers.get("retry-after")], [507, null]);
  }, { quotas });
});

Deno.test("createAdmission() counts requests and bytes, lets a single one in always, and gives room back", () => {
  const admission = createAdmission({ requests: 3, bytes: 1_000 });
  const request = (bytes: number, extra: Record<string, string> = {}) =>
    new Request("http://x/", {
      method: "POST",
      body: "x",
      headers: { "content-length": String(bytes), ...extra },
    });
  const MAX = 10_000;
  const leave = admission.enter(request(9_000), MAX);
  assert.throws(() => admission.enter(request(1), MAX), /under way/);
  leave();
  const leaves = [admission.enter(request(400), MAX), admission.enter(request(400), MAX)];
  assert.throws(() => admission.enter(request(400), MAX), /under way/);
  assert.throws(() => admission.enter(request(100, { "content-encoding": "gzip" }), MAX), /under way/);
  leaves.push(admission.enter(request(200), MAX));
  assert.throws(() => admission.enter(request(0), MAX), /3 requests/);
  leaves.forEach((leave) => leave());
  admission.enter(request(1_000), MAX)();
});

/** A server that takes connections and says nothing, as a Postgres that was frozen does. */
async function withFrozen(work: (url: string) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const taking = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  try {
    await work(`postgres://x:y@127.0.0.1:${listener.addr.port}/x`);
  } finally {
    listener.close();
    await taking;
    taken.forEach((connection) => connection.close());
  }
}

Deno.test("whileUp() lets no request wait for a Postgres that is frozen, and leaves those alone that need none", () =>
  withFrozen(async (url) => {
    const probe = connect(url, { max: 1 });
    const watch = createDatabaseWatch(probe, systemClock, { answersWithinMs: 50, waitsMs: 50, everyMs: 10 });
    try {
      const down = () => new Error("Postgres does not answer");
      assert.equal(await watch.whileUp(Promise.resolve("a row"), down, late), "a row");
      await assert.rejects(watch.whileUp(new Promise(() => undefined), down, late), /does not answer/);
      assert.equal(await watch.check(), "down");
    } finally {
      watch.close();
      await probe.end({ timeout: 0 });
    }
  }));

const late = () => new Error("too late");

Deno.test("whileUp() waits while Postgres answers, but for nobody for ever", () =>
  withApp(async ({ sql }) => {
    const times = { answersWithinMs: 2_000, waitsMs: 10, everyMs: 10 };
    const down = () => new Error("given up");
    const patient = createDatabaseWatch(sql, systemClock, times);
    const brief = createDatabaseWatch(sql, systemClock, { ...times, lateMs: 50 });
    const slow = sql`select pg_sleep(0.2)`.then(() => "slow");
    assert.equal(await patient.whileUp(slow, down, late), "slow");
    const never = Array.from({ length: 3 }, () => brief.whileUp(new Promise(() => undefined), down, late));
    for (const work of never) await assert.rejects(work, /too late/);
    const broken = Promise.reject(new Error("it broke"));
    await assert.rejects(brief.whileUp(broken, down, late), /it broke/);
    patient.close();
    brief.close();
  }));

Deno.test("a sender who is told 503 while Postgres stands still is told the truth: nothing is kept afterwards", () => {
  let patienceMs = 500;
  const impatient: DatabaseWatch = {
    check: () => Promise.resolve("down"),
    whileUp: (work, down) => withDeadline(work, patienceMs, down),
    close: () => undefined,
  };
  return withApp(async ({ call, sql }) => {
    const holding = await sql.reserve();
    await holding`begin`;
    await holding`lock table events in access exclusive mode`;
    const refused = await call("POST", "/events", [purchase]);
    assert.equal(refused.status, 503, await refused.text());
    const cancelled = async () =>
      (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
        .length === 0;
    assert.ok(await waitUntil(cancelled, { withinMs: 60_000, everyMs: 10 }), "its statement is cancelled");
    await holding`rollback`;
    holding.release();
    const quiet = async () =>
      (await sql`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and state <> 'idle'`).length === 0;
    assert.ok(await waitUntil(quiet, { withinMs: 60_000, everyMs: 10 }), "nothing goes on");
    assert.equal((await sql`select from events`).length, 0);
    patienceMs = 60_000; // a busy machine may take long over an answer
    assert.equal((await call("POST", "/events", [purchase])).status, 200, "and the next one is taken");
  }, { database: impatient });
});

Deno.test("a sender who is told 503 after the commit was sent is told that it may have been kept, and to send it again", () => {
  let isCommitting = () => Promise.resolve(false);
  const cutting: DatabaseWatch = {
    check: () => Promise.resolve("down"),
    async whileUp(work, down) {
      const cut = waitUntil(isCommitting, { withinMs: 30_000, everyMs: 10 }).then(() =>
        Promise.reject(down())
      );
      return await Promise.race([work, cut]);
    },
    close: () => undefined,
  };
  return withApp(async ({ call, sql }) => {
    await sql.unsafe(`create function wait_at_commit() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(7); return null; end $$;
      create constraint trigger waits after insert on events deferrable initially deferred
        for each row execute function wait_at_commit()`);
    const holding = await sql.reserve();
    await holding`select pg_advisory_lock(7)`;
    isCommitting = async () =>
      (await sql`select from pg_stat_activity where datname = current_database() and query = 'commit'
        and wait_event_type = 'Lock'`).length > 0;
    const refused = await call("POST", "/events", [purchase]);
    assert.equal(refused.status, 503);
    assert.match(
      (await refused.json()).detail,
      /may have been kept all the same: send the same request again/,
    );
    await holding`select pg_advisory_unlock(7)`;
    holding.release();
    isCommitting = () => Promise.resolve(false);
    assert.equal((await call("POST", "/events", [purchase])).status, 200);
    assert.equal((await sql`select from events`).length, 1);
  }, { database: cutting });
});
