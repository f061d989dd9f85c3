import assert from "node:assert/strict";
import { orAborted, sleep, waitAtMost, withDeadline } from "../../src/core/deadline.ts";

const never = () => new Promise<string>(() => {});
const done = Promise.resolve("done");
const failed = () => Promise.reject(new Error("it broke"));
const late = () => new Error("no answer");

Deno.test("sleep() waits", async () => {
  const began = performance.now();
  await sleep(20);
  assert.ok(performance.now() - began >= 19);
});

Deno.test("withDeadline() settles as the work does, or says that time is over", async () => {
  assert.equal(await withDeadline(done, 1000, late), "done");
  await assert.rejects(withDeadline(failed(), 1000, late), /it broke/);
  await assert.rejects(withDeadline(never(), 5, late), /no answer/);
});

Deno.test("waitAtMost() settles as the work does, or with nothing", async () => {
  assert.equal(await waitAtMost(done, 1000), "done");
  await assert.rejects(waitAtMost(failed(), 1000), /it broke/);
  assert.equal(await waitAtMost(never(), 5), undefined);
});

Deno.test("orAborted() settles as the work does, or with why the signal was aborted", async () => {
  const controller = new AbortController();
  assert.equal(await orAborted(done, controller.signal), "done");
  assert.equal(await orAborted(done, undefined), "done");
  const waiting = [orAborted(never(), controller.signal), orAborted(never(), controller.signal, late)];
  controller.abort(new Error("cancelled"));
  await assert.rejects(waiting[0], /cancelled/);
  await assert.rejects(waiting[1], /no answer/);
  await assert.rejects(orAborted(never(), controller.signal), /cancelled/); // aborted before it was asked
});
