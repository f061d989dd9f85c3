import assert from "node:assert/strict";
import { restartAlerts } from "../../src/alerts/restarts.ts";
import { MINUTE_MS } from "../../src/core/time.ts";

const restart = (server: string, minute: number) => ({
  server,
  why: "ended unexpectedly",
  atMs: minute * MINUTE_MS,
});
const wanted = (restarts: Parameters<typeof restartAlerts>[0], minute: number) =>
  restartAlerts(restarts, minute * MINUTE_MS).wanted.map(({ key, severity }) => [key, severity]);

Deno.test("a restart is a warning for a quarter of an hour, three within it are critical", () => {
  const once = [restart("Postgres", 0), restart("Temporal", 1)];
  assert.deepEqual(wanted(once, 2), [
    ["server restarted/Postgres", "warning"],
    ["server restarted/Temporal", "warning"],
  ]);
  assert.deepEqual(wanted(once, 15.5), [["server restarted/Temporal", "warning"]]);
  assert.deepEqual(wanted(once, 20), []);
  const often = [restart("Postgres", 0), restart("Postgres", 1), restart("Postgres", 2)];
  assert.deepEqual(wanted(often, 3), [["server restarted/Postgres", "critical"]]);
});
