import assert from "node:assert/strict";
import { giveUpStart } from "../../src/start/give_up.ts";

const never = new Promise<never>(() => undefined);
const log = () => undefined;

Deno.test("giveUpStart() stops the servers of a start that takes long, within seconds, also where they do not end", async () => {
  for (const stopping of [Promise.resolve(), never]) {
    const stopped: string[] = [];
    const servers = Promise.resolve({ stop: () => (stopped.push("servers"), stopping) });
    const beganMs = performance.now();
    await giveUpStart({ service: never, servers }, log);
    assert.ok(performance.now() - beganMs < 8_000);
    assert.deepEqual(stopped, ["servers"]);
  }
});

Deno.test("giveUpStart() lets a start end in order that was nearly done, and leaves one alone that failed", async () => {
  const stopped: string[] = [];
  const stop = (name: string) => ({ stop: () => Promise.resolve(void stopped.push(name)) });
  const servers = Promise.resolve(stop("servers"));
  await giveUpStart({ service: Promise.resolve(stop("service")), servers }, log);
  await giveUpStart({ service: Promise.reject(new Error("no")), servers }, log);
  assert.deepEqual(stopped, ["service"]);
});

Deno.test("giveUpStart() waits for no server that is not there yet", async () => {
  const beganMs = performance.now();
  await giveUpStart({ service: never, servers: never }, log);
  assert.ok(performance.now() - beganMs < 4_000);
});
