import assert from "node:assert/strict";
import { ApplicationFailure, Context } from "@temporalio/activity";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { beat, forTemporal } from "../../activities/context.ts";
import { ConflictError, DamagedArtefactError, InsufficientDataError } from "../../src/core/errors.ts";

/** Runs one activity as a worker would, and gives what its heartbeats said. */
async function run(
  activity: () => Promise<unknown>,
  info: { heartbeatTimeoutMs?: number; heartbeatDetails?: unknown } = {},
): Promise<{ result: unknown; beats: unknown[] }> {
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger("ERROR") });
  const beats: unknown[] = [];
  environment.on("heartbeat", (details: unknown) => beats.push(details));
  const { it } = forTemporal({ it: activity }, { beatMs: 10 });
  return { result: await environment.run(it), beats };
}

Deno.test("forTemporal() does not retry a value that Postgres refuses, and retries a lost connection", async () => {
  const postgresError = (code: string) =>
    Object.assign(new Error("refused"), { name: "PostgresError", code });
  for (
    const [code, isFinal] of [["22021", true], ["22008", true], ["08006", false], ["40001", false], [
      "57P01",
      false,
    ]] as const
  ) {
    await assert.rejects(run(() => Promise.reject(postgresError(code))), (failure: unknown) => {
      assert.equal(failure instanceof ApplicationFailure && failure.nonRetryable === true, isFinal, code);
      return true;
    });
  }
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const timeout = { heartbeatTimeoutMs: 15_000 };

for (const error of [new ConflictError("moved meanwhile"), new InsufficientDataError("rows", 1, 2)]) {
  Deno.test(`forTemporal() makes a failure that is not retried of a ${error.name}`, () =>
    assert.rejects(run(() => Promise.reject(error)), (failure: unknown) => {
      assert.ok(failure instanceof ApplicationFailure);
      assert.deepEqual([failure.nonRetryable, failure.type, failure.message], [
        true,
        error.name,
        error.message,
      ]);
      return true;
    }));
}

for (
  const error of [new Error("the connection was lost"), new DamagedArtefactError("0".repeat(64), "gone")]
) {
  Deno.test(`forTemporal() leaves a ${error.name} to be retried`, () =>
    assert.rejects(run(() => Promise.reject(error)), error));
}

Deno.test("forTemporal() says that a quiet activity is alive, until it ends", async () => {
  const { result, beats } = await run(() => pause(60).then(() => "done"), timeout);
  assert.equal(result, "done");
  assert.ok(beats.length >= 2, `${beats.length} heartbeats`);
  const before = beats.length;
  await pause(30);
  assert.equal(beats.length, before);
});

Deno.test("forTemporal() repeats what a retry needs: from the last attempt, then what beat() said", async () => {
  const checkpoint = { checkpoint: "old" };
  const { beats } = await run(async () => {
    await pause(40);
    beat(Context.current(), { checkpoint: "new" });
    await pause(40);
  }, { ...timeout, heartbeatDetails: checkpoint });
  assert.deepEqual(beats[0], checkpoint);
  assert.deepEqual(beats.at(-1), { checkpoint: "new" });
  assert.deepEqual([...new Set(beats.map((b) => JSON.stringify(b)))], [
    '{"checkpoint":"old"}',
    '{"checkpoint":"new"}',
  ]);
});

Deno.test("forTemporal() is silent where no heartbeat is asked for", async () =>
  assert.deepEqual((await run(() => pause(40))).beats, []));
