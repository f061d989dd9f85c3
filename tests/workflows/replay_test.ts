/** Workflows that an older release started go on under this one: its code takes the same steps as theirs. */
import assert from "node:assert/strict";
import { DeterminismViolationError } from "@temporalio/workflow";
import { Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";

const FOLDER = new URL("../histories/", import.meta.url);
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const PAYLOAD_MAX = 50_000;

interface Recorded {
  name: string;
  history: { events: Record<string, unknown>[] };
}

const recorded: Recorded[] = [];
for (const { name: version, isDirectory } of Deno.readDirSync(FOLDER)) {
  if (!isDirectory) continue;
  for (const { name } of Deno.readDirSync(new URL(`${version}/`, FOLDER))) {
    const history = JSON.parse(Deno.readTextFileSync(new URL(`${version}/${name}`, FOLDER)));
    recorded.push({ name: `${version}/${name}`, history });
  }
}
recorded.sort((a, b) => a.name < b.name ? -1 : 1);

let code: string;
Deno.test.beforeAll(async () => {
  installRuntime(() => undefined);
  code = await Deno.readTextFile(
    await bundledWorkflows(cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() })),
  );
});

const replay = (code: string, { history, name }: Recorded) =>
  Worker.runReplayHistory({ workflowBundle: { code } }, history, `replay of ${name}`);

for (const one of recorded) {
  Deno.test(`workflows still replay ${one.name}`, options, () => replay(code, one));
}

Deno.test("workflows are recorded: each of them, and each way in which a cycle ends", () => {
  const kinds = new Set(recorded.map(({ name }) => name.split("/")[1].replace(".json", "")));
  const endings = ["cannot-tell-yet", "wait", "deployed", "inconclusive", "cancelled", "failed"];
  for (
    const kind of [
      "retrainer-churn",
      "monitor",
      "delivery",
      "reconcile",
      "sweep",
      "backtest",
      "backtest-lane-never",
      "backtest-lane-every",
      "backtest-lane-drift",
      "backtest-lane-perennial",
      "backtest-cycle",
      "cleanup",
      "distributed-training",
      "privacy-erasure",
      "privacy-objection",
      "cycle-recalibrated",
      "cycle-over-shards",
      ...endings.map((ending) => `cycle-${ending}`),
    ]
  ) {
    assert.ok(kinds.has(kind), `no ${kind} is recorded`);
  }
});

for (
  const [what, planted, name] of [
    ["takes another step", [".trainChallenger(", ".validateChallenger("], "cycle-deployed"],
    ["leaves a step out", [".smokeTest(", ".deployChallenger("], "cycle-deployed"],
    [
      "calls its child by another name",
      ["`retrainer/${model}/cycle/${number}`", "`cycle/${number}`"],
      "retrainer-churn",
    ],
  ] as const
) {
  Deno.test(`a replay refuses workflow code that ${what}`, options, async () => {
    const one = recorded.find((one) => one.name.endsWith(`/${name}.json`))!;
    const other = code.replaceAll(planted[0], planted[1]);
    assert.notEqual(other, code, "the bundle holds what is replaced");
    await assert.rejects(replay(other, one), DeterminismViolationError);
  });
}

for (const { name, history } of recorded) {
  Deno.test(`no payload of ${name} is larger than ${PAYLOAD_MAX / 1000} kB`, () => {
    const sizes = payloads(history).map((data) => data.length * 3 / 4);
    assert.ok(sizes.length > 0);
    assert.ok(Math.max(...sizes) < PAYLOAD_MAX, `the largest has ${Math.max(...sizes)} bytes`);
  });
}

/** The base64 texts of everything that workflows and activities were given or answered. */
function payloads(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "metadata" in value && "data" in value && typeof value.data === "string" ? [value.data] : [];
  return [...own, ...Object.values(value).flatMap(payloads)];
}
