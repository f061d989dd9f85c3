import assert from "node:assert/strict";
import { bucketsOf, quantileOf } from "../../bench/autoscale/histogram.ts";
import {
  decide,
  EMPTY,
  type Reading,
  type ScalerMemory,
  type ScalerSpec,
} from "../../bench/autoscale/scaler.ts";

const SPEC: ScalerSpec = {
  name: "worker",
  min: 1,
  max: 6,
  metrics: [{ kind: "backlog", taskQueue: "perennial", types: ["activity"], each: 5 }],
  up: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 100, periodSeconds: 30 }] },
  down: { stabilizationWindowSeconds: 60, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
};

/** Replicas after each reading, ten seconds apart. */
function run(spec: ScalerSpec, current: number, readings: readonly (readonly Reading[])[]): number[] {
  let memory: ScalerMemory = EMPTY;
  return readings.map((one, i) => {
    const decision = decide(spec, { current, readings: one, memory, nowMs: i * 10_000 });
    memory = decision.memory;
    current = decision.replicas;
    return current;
  });
}

const backlogs = (...numbers: Reading[]) => numbers.map((number) => [number]);

for (
  const [name, current, readings, want] of [
    ["keeps the least at no backlog", 1, backlogs(0, 0), [1, 1]],
    ["asks for one replica per so many tasks", 1, backlogs(6), [2]],
    ["at most doubles within a period", 1, backlogs(100, 100, 100, 100, 100, 100), [2, 2, 2, 4, 4, 4]],
    ["goes no further than the most", 4, backlogs(1000, 1000), [6, 6]],
    ["leaves what is near its target", 2, backlogs(10.9, 9.1), [2, 2]],
    ["changes nothing while a metric cannot be read", 3, backlogs(null, null), [3, 3]],
    [
      "waits for the window, then ends one a period",
      4,
      backlogs(20, ...Array<Reading>(14).fill(0)),
      [4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2],
    ],
  ] as const
) {
  Deno.test(`decide() ${name}`, () => assert.deepEqual(run(SPEC, current, readings), want));
}

Deno.test("decide() follows the metric that asks for most", () => {
  const spec: ScalerSpec = {
    ...SPEC,
    metrics: [{ kind: "cpu", percent: 70 }, { kind: "latency", seconds: 0.25 }],
  };
  assert.deepEqual(run(spec, 2, [[70, 0.5]]), [4]);
  assert.deepEqual(run(spec, 2, [[105, 0.1]]), [3]);
});

Deno.test("quantileOf() reads what came since the scrape before, from every route but the scrape's own", () => {
  const name = "perennial_http_request_duration_seconds_bucket";
  const scrape = (fast: number, all: number) =>
    [
      `${name}{le="0.1",method="POST",route="/predictions/{model}",status="200"} ${fast}`,
      `${name}{le="0.2",method="POST",route="/predictions/{model}",status="200"} ${all}`,
      `${name}{le="+Inf",method="POST",route="/predictions/{model}",status="200"} ${all}`,
      `${name}{le="+Inf",method="GET",route="/metrics",status="200"} 1000`,
    ].join("\n");
  const [before, now] = [bucketsOf(scrape(10, 10)), bucketsOf(scrape(20, 30))];
  assert.equal(quantileOf(now, before, 0.5), 0.1);
  assert.ok(Math.abs(quantileOf(now, before, 0.75)! - 0.15) < 1e-9);
  assert.equal(quantileOf(now, now, 0.95), null);
});
