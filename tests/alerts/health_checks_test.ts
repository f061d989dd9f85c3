import assert from "node:assert/strict";
import { QUEUE_KINDS, type QueueKind } from "../../src/config/queues.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/core/time.ts";
import { healthAlerts, type ProcessHealth } from "../../src/alerts/health_checks.ts";
import { NOW_MS } from "../app/alerts/support.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const worker = (silentMs: number, name = "w1", queues: QueueKind[] = [...QUEUE_KINDS]) => ({
  name,
  startedAt: iso(NOW_MS - 9 * HOUR_MS),
  seenAt: iso(NOW_MS - silentMs),
  queues,
});
const retrainer = (over: Partial<ProcessHealth["retrainers"][number]> = {}) => ({
  model: "churn",
  active: true,
  nextCheckAt: iso(NOW_MS + HOUR_MS),
  runningCycle: null,
  updatedAt: iso(NOW_MS - HOUR_MS),
  ...over,
});
const late = (minutes: number) => iso(NOW_MS - minutes * MINUTE_MS);

/** "+kind" where an alert is wanted, "-kind" where an open one would close, neither where the look cannot tell. */
function said(over: Partial<ProcessHealth>): string {
  const health = {
    retrainers: [retrainer()],
    workers: [worker(5_000)],
    nowMs: NOW_MS,
    sinceMs: NOW_MS - HOUR_MS,
    ...over,
  };
  return healthAlerts(health).flatMap(({ scope, wanted }) =>
    scope.kinds.map((kind) => wanted.some((alert) => alert.kind === kind) ? `+${kind}` : `-${kind}`)
  ).join(" ");
}

for (
  const [what, over, want] of [
    ["all is well", {}, "-stalled worker -undelivered change -missed check"],
    [
      "the worker is silent for 2 minutes",
      { workers: [worker(2 * MINUTE_MS)] },
      "-stalled worker -undelivered change -missed check",
    ],
    [
      "the worker is silent for longer",
      { workers: [worker(2 * MINUTE_MS + 1)] },
      "+stalled worker -undelivered change",
    ],
    [
      "one of two workers is silent",
      { workers: [worker(HOUR_MS), worker(9_000, "w2")] },
      "-stalled worker -undelivered change -missed check",
    ],
    [
      "no living worker takes trainings",
      { workers: [worker(0, "w1", ["light"]), worker(0, "w2", ["features"]), worker(HOUR_MS, "w3")] },
      "+stalled worker -undelivered change -missed check",
    ],
    [
      "two workers take all kinds between them",
      { workers: [worker(0, "w1", ["light", "features"]), worker(0, "w2", ["training"])] },
      "-stalled worker -undelivered change -missed check",
    ],
    ["no worker ever was", { workers: [] }, "+stalled worker -undelivered change"],
    [
      "this process has just begun to watch",
      { workers: [worker(HOUR_MS)], sinceMs: NOW_MS - MINUTE_MS },
      "-undelivered change",
    ],
    [
      "nothing is to run",
      { workers: [], retrainers: [retrainer({ active: false })] },
      "-stalled worker -undelivered change",
    ],
    [
      "a cycle runs, though automatic checks are off",
      { workers: [], retrainers: [retrainer({ active: false, runningCycle: "c" })] },
      "+stalled worker -undelivered change",
    ],
    [
      "a check is 5 min late",
      { retrainers: [retrainer({ nextCheckAt: late(5) })] },
      "-stalled worker -undelivered change -missed check",
    ],
    [
      "a check is later",
      { retrainers: [retrainer({ nextCheckAt: late(6) })] },
      "-stalled worker -undelivered change +missed check",
    ],
    [
      "a check is late in the first minutes of watching",
      { retrainers: [retrainer({ nextCheckAt: late(60) })], sinceMs: NOW_MS - 4 * MINUTE_MS },
      "-stalled worker -undelivered change",
    ],
    [
      "a check is late, but a cycle runs",
      { retrainers: [retrainer({ nextCheckAt: late(60), runningCycle: "c" })] },
      "-stalled worker -undelivered change -missed check",
    ],
    [
      "a check is late, but automatic checks are off",
      { retrainers: [retrainer({ nextCheckAt: late(60), active: false })] },
      "-stalled worker -undelivered change -missed check",
    ],
    [
      "a retrainer was told something 4 min ago and has written nothing since",
      { retrainers: [retrainer()], lastSent: new Map([["retrainer/churn", late(4)]]) },
      "-stalled worker -undelivered change +missed check",
    ],
    [
      "a retrainer was told something a moment ago",
      { retrainers: [retrainer()], lastSent: new Map([["retrainer/churn", late(1)]]) },
      "-stalled worker -undelivered change -missed check",
    ],
    [
      "a retrainer has written since it was told",
      { retrainers: [retrainer({ updatedAt: late(9) })], lastSent: new Map([["retrainer/churn", late(10)]]) },
      "-stalled worker -undelivered change -missed check",
    ],
    [
      "a change waits for Temporal",
      { unsent: [{ target: "retrainer/churn", createdAt: late(4), lastError: "no answer", givenUp: false }] },
      "-stalled worker +undelivered change -missed check",
    ],
    [
      "checks are late for want of a worker",
      { retrainers: [retrainer({ nextCheckAt: late(60) })], workers: [worker(HOUR_MS)] },
      "+stalled worker -undelivered change",
    ],
  ] as [string, Partial<ProcessHealth>, string][]
) Deno.test(`healthAlerts() says "${want}", when ${what}`, () => assert.equal(said(over), want));

Deno.test("healthAlerts() says since when, which worker and what to do", () => {
  const health = { retrainers: [retrainer()], nowMs: NOW_MS, sinceMs: NOW_MS - HOUR_MS };
  const title = (over: Partial<ProcessHealth>) =>
    healthAlerts({ ...health, workers: [], ...over }).flatMap(({ wanted }) => wanted)[0].title;
  const workers = [worker(9 * MINUTE_MS, "old"), worker(7 * MINUTE_MS, "shop-1")];
  assert.match(
    title({ workers }),
    /^No worker has said for 7 min that it is there, shop-1 last: .* Start one/,
  );
  assert.match(
    title({ workers: [worker(0)], retrainers: [retrainer({ nextCheckAt: late(22) })] }),
    /^churn: the check that was due 22 min ago has not begun/,
  );
});
