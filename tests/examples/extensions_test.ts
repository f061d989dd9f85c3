/** The example of each kind of extension is found, asked, and changes what is judged. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openExtensions } from "../../src/start/extensions.ts";
import { ownSources } from "../../src/start/models.ts";
import { policyNamed } from "../../src/backtest/policies/mod.ts";
import { readPolicy } from "../../src/backtest/policy_spec.ts";
import { readConfig } from "../../src/config/environment.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { STREAM_READERS } from "../../src/drift/stream/mod.ts";
import { judgeWithOwn } from "../../src/quality/own.ts";
import { makePlan } from "../../src/rollout/make_plan.ts";
import { decideByStrategy, firstShares } from "../../src/rollout/strategies/own.ts";
import { createDriftWorkerPool } from "../../src/threads/drift_worker_pool.ts";
import { withOwnDistances } from "../../src/threads/own_distances.ts";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import type { Table } from "../../src/drift/table.ts";
import { evidenceAt, healthyDays } from "../quality/shop.ts";

const folder = fileURLToPath(new URL("../../examples/extensions", import.meta.url));
const config = readConfig({ PERENNIAL_EXTENSIONS: folder });
const logged: string[] = [];
const log = (line: string) => void logged.push(line);
const own = await openExtensions({ config, log });

Deno.test("every example of an extension is in use, and says what it may do", () => {
  assert.deepEqual(logged, []);
  assert.deepEqual(own.extensions.map(({ file, kind, name, fault }) => [file, kind, name, fault]), [
    ["chat.ts", "alert channel", "chat", null],
    ["ewma.ts", "stream detector", "ewma", null],
    ["half_week.ts", "rollout strategy", "half-week", null],
    ["median_shift.ts", "drift distance", "median-shift", null],
    ["seasons.ts", "policy", "seasons", null],
    ["wholesale.ts", "quality check", "wholesale", null],
  ]);
  assert.ok(own.extensions.every(({ may }) => may.length > 20));
});

Deno.test("files that decide are part of the code version, channels are not", async () => {
  const sources = await ownSources({ config, deciding: own.deciding });
  assert.deepEqual(sources.map((path) => path.split("/").at(-1)), [
    "ewma.ts",
    "half_week.ts",
    "median_shift.ts",
    "seasons.ts",
    "wholesale.ts",
  ]);
});

Deno.test("the example of a check finds data broken that ours let pass, under its name", async () => {
  const days = healthyDays(60);
  const evidence = evidenceAt(days, days.at(-1)!.day + 1);
  const isOwn = ({ kind }: { kind: string }) => kind === "own check";
  assert.deepEqual((await judgeWithOwn(evidence)).findings.filter(isOwn), []);
  const last = evidence.days.at(-1)!;
  const odd = { ...last, largest: { ...last.largest, quantity: 4000 } };
  const report = await judgeWithOwn({ ...evidence, days: [...evidence.days.slice(0, -1), odd] });
  const [finding] = report.findings.filter(isOwn);
  assert.deepEqual([finding.subject, finding.means, report.answer], ["wholesale", "broken", "broken"]);
  assert.match(finding.text, /4000 units bought at once/);
});

/** One column of normal numbers around a place. */
function table(place: number): Table {
  const normal = gaussian(seededRandom(5));
  const values = Float32Array.from({ length: 200 }, () => place + normal());
  return { names: ["spend"], kinds: ["numeric"], rows: 200, values };
}

Deno.test("the example of a distance stands beside ours, computed in a thread that can only compute", async () => {
  const driftWorkers = withOwnDistances(createDriftWorkerPool());
  try {
    const options = { alpha: 0.01, alphaTogether: 0, seed: 1 };
    const distance = async (place: number) => {
      const { features: [{ distances }] } = await driftWorkers.compareWindows(
        table(0),
        table(place),
        options,
      );
      assert.ok("ks" in distances);
      return distances["median-shift"]!;
    };
    assert.equal(await distance(0), 0);
    assert.ok(await distance(2) > 1);
  } finally {
    driftWorkers.close();
  }
});

Deno.test("the example of a stream detector speaks when errors grow, also after a restart", async () => {
  const ewma = STREAM_READERS.find(({ name }) => name === "ewma")!;
  const random = seededRandom(3);
  const options = { runLength: 1000, kind: "binary", seed: 1 } as const;
  const read = (state: unknown, n: number, rate: number) =>
    ewma.read({ state, options, errors: Array.from({ length: n }, () => random() < rate ? 1 : 0) });
  const { state, alarms } = await read(null, 600, 0.2);
  assert.deepEqual(alarms, []);
  assert.equal((state as { seen: number }).seen, 600);
  assert.equal((await read(state, 200, 0.7)).alarms[0].direction, "up");
});

const plan = (strategy: "own:half-week" | "own:nobody") =>
  makePlan(configOf(RetrainingConfig.parse({ rollout: strategy }), "churn"), strategy, {
    champion: 1,
    challengers: [2],
    championLoss: 0.5,
    lossDeviation: null,
    margin: 0.02,
    mayPromote: true,
  });

Deno.test("the example of a strategy rolls out as its file says, and one without a file changes nothing", async () => {
  const half = plan("own:half-week");
  assert.deepEqual(await firstShares(half), [{ version: 2, share: 0.5 }]);
  const position = { step: 0, shares: await firstShares(half) };
  const arm = (version: number, shoppers: number) => ({
    version,
    shoppers,
    answers: shoppers,
    errors: 0,
    fallbacks: 0,
    slow: 0,
    timed: shoppers,
    loss: { n: 0, mean: 0, variance: 0 },
    reward: null,
  });
  const after = (stepHours: number) => ({
    asOf: "2024-05-01T00:00:00.000Z",
    days: stepHours / 24,
    stepHours,
    arms: [arm(1, 600), arm(2, 600)],
    pairs: [],
  });
  assert.equal((await decideByStrategy(half, position, after(80))).kind, "keep collecting");
  assert.deepEqual(await decideByStrategy(half, position, after(84)), {
    kind: "promote",
    version: 2,
    text: "600 shoppers in 84 hours",
  });
  const gone = await decideByStrategy(plan("own:nobody"), position, after(84));
  assert.equal(gone.kind, "keep collecting");
  assert.match(gone.text, /own:nobody cannot decide: .* which has own:half-week/);
  await assert.rejects(firstShares(plan("own:nobody")), /folder of extensions/);
});

Deno.test("the example of a policy decides when backtests retrain", async () => {
  const { policy } = readPolicy("own:seasons:min_new_samples=500");
  const decide = async (asOf: string, lastTrained: string) =>
    (await policyNamed(policy).decide({ asOf, lastTrained, findings: null, losses: null }, { days: null }))
      .run;
  assert.deepEqual([
    await decide("2024-03-04T00:00:00.000Z", "2023-09-01T00:00:00.000Z"),
    await decide("2024-03-18T00:00:00.000Z", "2024-03-04T00:00:00.000Z"),
    await decide("2024-05-06T00:00:00.000Z", "2024-03-04T00:00:00.000Z"),
  ], [true, false, false]);
  assert.throws(() => policyNamed("own:nobody"), /there are never, every, .*own:seasons/);
});
