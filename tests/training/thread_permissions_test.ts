import assert from "node:assert/strict";
import { computeThread } from "../../src/core/worker_thread.ts";

Deno.test("a computing thread reaches no network, program, library, and no file but the program's own", async () => {
  const thread = computeThread(new URL("./thread_permissions_probe.ts", import.meta.url));
  try {
    const could = await new Promise((done, fail) => {
      thread.onmessage = ({ data }) => done(data);
      thread.onerror = (event) => fail(new Error(event.message));
    });
    assert.deepEqual(could, []);
  } finally {
    thread.terminate();
  }
});
