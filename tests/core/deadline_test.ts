import assert from "node:assert/strict";
import { orAborted, sharedDeadline, sleep, waitAtMost, withDeadline } from "../../src/core/deadline.ts";

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

Deno.test("sharedDeadline() settles as each work does, and fails those whose time is over, with one timer", async () => {
  const within = sharedDeadline(40, late, { everyMs: 10 });
  const slow = within(never());
  assert.equal(await within(done), "done");
  await assert.rejects(within(failed()), /it broke/);
  await assert.rejects(slow, /no answer/);
  const again = Array.from({ length: 3 }, () => within(never())); // the timer had ended with the last of them
  for (const work of again) await assert.rejects(work, /no answer/);
  const brief = within(sleep(5).then(() => "in time"));
  await assert.rejects(Promise.all([within(never()), brief]), /no answer/);
  assert.equal(await brief, "in time");
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
