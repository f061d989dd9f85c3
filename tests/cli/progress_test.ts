import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { progressBar } from "../../src/cli/progress.ts";

/** A bar in a log of its own, and the percentages that it showed. */
function logged() {
  const shown: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      shown.push(String(chunk));
      done();
    },
  });
  const bar = progressBar("{percentage}% {done}/{total} {what}", {
    stream: stream as unknown as NodeJS.WritableStream,
    noTTYOutput: true,
    notTTYSchedule: 1e9,
  });
  return { bar, last: () => shown.join("").trim().split("\n").at(-1)?.trim() };
}

Deno.test("a bar never goes back, and is full at its end", () => {
  const { bar, last } = logged();
  for (const done of [1, 3, 2]) bar.at(done, 4, { what: `step ${done}` });
  bar.finish();
  assert.equal(last(), "100% 4/4 step 3");
});

Deno.test("a bar that is broken off stays where it was", () => {
  const { bar, last } = logged();
  bar.at(1, 4, { what: "x" });
  bar.at(1, 8, { what: "y" });
  bar.stop();
  assert.equal(last(), "25% 1/4 x");
  bar.finish();
  assert.equal(last(), "25% 1/4 x");
});

Deno.test("a bar without a step shows nothing", () => {
  const { bar, last } = logged();
  bar.finish();
  assert.equal(last(), "");
});
