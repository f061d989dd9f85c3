import assert from "node:assert/strict";
import { correlated } from "../../src/core/correlation.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { throttledLog } from "../../src/telemetry/throttled_log.ts";

const TIME = "2026-11-29T12:00:00.000Z";

function heard(format: "text" | "json", shop?: string) {
  const lines: string[] = [];
  const log = createLogger({
    format,
    shop,
    write: (line) => lines.push(line),
    clock: () => Date.parse(TIME),
  });
  return { log, lines };
}

Deno.test("a JSON line has time, level, message and the ids of what it is in the name of", () => {
  const { log, lines } = heard("json");
  correlated(
    { workflow: "retrainer/churn/cycle/3", attempt: 2 },
    () => log("Disk full\nat all", { level: "error" }),
  );
  log("Ready");
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    {
      time: TIME,
      level: "error",
      message: "Disk full\nat all",
      workflow: "retrainer/churn/cycle/3",
      attempt: 2,
    },
    { time: TIME, level: "info", message: "Ready" },
  ]);
  assert.ok(lines.every((line) => !line.includes("\n")), "one line each");
});

Deno.test("where several shops share servers, every line names its own", () => {
  const { log, lines } = heard("json", "outlet");
  log("Ready");
  correlated({ request: "r1" }, () => log("Disk full", { level: "error" }));
  assert.deepEqual(lines.map((line) => JSON.parse(line).shop), ["outlet", "outlet"]);
  assert.equal(JSON.parse(lines[1]).request, "r1");
});

Deno.test("a text line begins with time and level, and ends with its fields", () => {
  const { log, lines } = heard("text");
  log("Ready");
  log("POST /events: Postgres is read-only", { level: "warn", request: "r1" });
  assert.deepEqual(lines, [
    `${TIME} info  Ready`,
    `${TIME} warn  POST /events: Postgres is read-only | request="r1"`,
  ]);
});

Deno.test("a field cannot pass for the time, the level or the message of its line", () => {
  const { log, lines } = heard("json");
  log("Ready", { time: "never", message: "Fine" });
  assert.deepEqual(JSON.parse(lines[0]), { time: TIME, level: "info", message: "Ready" });
});

Deno.test("work in the name of one request stays apart from another's, also when they take turns", async () => {
  const { log, lines } = heard("json");
  const work = (request: string) =>
    correlated({ request }, async () => {
      await Promise.resolve();
      log("done");
    });
  await Promise.all([work("a"), work("b")]);
  assert.deepEqual(lines.map((line) => JSON.parse(line).request), ["a", "b"]);
});

Deno.test("trouble of one kind is told once a minute, with how often it was left out", () => {
  let nowMs = 0;
  const lines: string[] = [];
  const tell = throttledLog((line) => lines.push(line), () => nowMs);
  for (let request = 0; request < 600; request++) {
    tell("readyz", "Postgres cannot be reached");
    nowMs += 100;
  }
  tell("events", "Postgres is read-only");
  tell("readyz", "Postgres cannot be reached");
  assert.deepEqual(lines, [
    "Postgres cannot be reached",
    "Postgres is read-only",
    "Postgres cannot be reached (599 more like this in the minute before)",
  ]);
});
