import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { startHealth } from "../../src/start/health.ts";
import { aliveAnswer, type Health, readyAnswer } from "../../src/start/health_answers.ts";
import { CannotListenError } from "../../src/api/serve.ts";
import { freshDatabase } from "../support/installation.ts";

const WELL: Health = { silentMs: 10, postgres: "ok", temporal: true, starting: false, stopping: false };

for (
  const [what, health, alive, ready] of [
    ["is well", {}, 200, 200],
    ["is busy for ten seconds", { silentMs: 10_000 }, 200, 200],
    ["is busy for half a minute", { silentMs: 30_000 }, 200, 503],
    ["hangs", { silentMs: 150_000 }, 503, 503],
    ["has a read-only Postgres", { postgres: "read only" }, 200, 503],
    ["has no Postgres", { postgres: "down" }, 200, 503],
    ["has no Temporal", { temporal: false }, 200, 503],
    ["has not asked Temporal yet", { temporal: null }, 200, 200],
    ["is starting", { starting: true }, 200, 503],
    ["is stopping", { stopping: true }, 200, 503],
  ] as const
) {
  Deno.test(`a process that ${what} answers ${alive} to /healthz and ${ready} to /readyz`, () => {
    assert.equal(aliveAnswer({ ...WELL, ...health }).status, alive);
    assert.equal(readyAnswer({ ...WELL, ...health }).status, ready);
  });
}

/** Asks from another process, while this one's main thread stands still. */
function askBlocked(url: string): { status: number; text: string } {
  const script = `const r = await fetch(${JSON.stringify(url)}); console.log(r.status, await r.text())`;
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["eval", script] }).outputSync();
  const [status, ...text] = new TextDecoder().decode(stdout).trim().split(" ");
  return { status: Number(status), text: text.join(" ") };
}

Deno.test("probes are answered while the main thread stands still, and notice a read-only Postgres", async () => {
  await using database = await freshDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let reachable = true;
  const health = await startHealth({
    host: "127.0.0.1",
    port,
    databaseUrl: database.url,
    reachesTemporal: () => Promise.resolve(reachable),
  });
  const sql = connect(database.url, { max: 1 });
  try {
    assert.equal(askBlocked(`${url}/healthz`).status, 200);
    assert.match(askBlocked(`${url}/readyz`).text, /it is starting/);
    health.started();
    const ready = () => Promise.resolve(askBlocked(`${url}/readyz`).status === 200);
    assert.ok(await waitUntil(ready, { withinMs: 60_000, everyMs: 50 }));
    await sql.unsafe(
      `alter database "${new URL(database.url).pathname.slice(1)}" set default_transaction_read_only = on`,
    );
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    const isReadOnly = () => Promise.resolve(askBlocked(`${url}/readyz`).text.includes("it is read-only"));
    assert.ok(await waitUntil(isReadOnly, { withinMs: 60_000, everyMs: 100 }));
    reachable = false;
    health.stopping();
    const stops = () => Promise.resolve(askBlocked(`${url}/readyz`).text.includes("it is stopping"));
    assert.ok(await waitUntil(stops, { withinMs: 60_000, everyMs: 50 }));
    assert.equal(askBlocked(`${url}/healthz`).status, 200);
    const again = startHealth({
      host: "127.0.0.1",
      port,
      databaseUrl: database.url,
      reachesTemporal: () => Promise.resolve(true),
    });
    await assert.rejects(again, CannotListenError);
  } finally {
    health.stop();
    await sql.end({ timeout: 1 });
  }
});
