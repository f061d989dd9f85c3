/** Each thing that a model's file declares: a second value of it changes what is trained, judged or shown. */
import assert from "node:assert/strict";
import { deployVersion } from "../../activities/deploy.ts";
import { createRetrainerActivities } from "../../activities/retrainer.ts";
import { figureOf } from "../../components/model_figure.ts";
import { readImpact } from "../../src/app/reports/impact.ts";
import { readModelCard } from "../../src/app/reports/model_card.ts";
import { readStatus } from "../../src/app/reports/status.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { defineModel, type ModelDefinition } from "../../src/models/model.ts";
import { MODEL_FIELDS } from "../../src/models/schema.ts";
import { type Faces, facesOf } from "./faces.ts";
import { cycle, EARLIER_MS, inShop, modelWith, newestStars } from "./weekly_shop.ts";

interface Facts extends Faces {
  trained: string;
  judged: string;
  shown: string;
  /** when the next check comes */
  planned: string;
}

/** What becomes of a model that is declared so. */
async function factsOf(declared: Partial<ModelDefinition>): Promise<Facts> {
  let facts: Facts | undefined;
  await inShop(async (deps) => {
    const { sql, clock, models } = deps;
    const { cycleId, challenger, evidence } = await cycle(deps, 1, EARLIER_MS, { passes: false });
    await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why: "better" });
    const { models: [status] } = await readStatus({ sql, clock, models, temporalUi: null });
    const { loss, gate, margin, challengerLoss, challengerMetrics, segments, difference: { n } } = evidence;
    const { model } = status;
    const impact = await readImpact({ sql, clock, models, open: () => Promise.resolve({}) }, { model });
    const { noteRetrainer } = createRetrainerActivities({ ...deps, signals: { keyOf: () => null } as never });
    const note = { model, active: true, nextCheckAt: null, runningCycle: null };
    facts = {
      trained: challenger.manifest.tested.sha256,
      judged: JSON.stringify({
        loss,
        gate,
        margin,
        challengerLoss,
        n,
        metrics: Object.keys(challengerMetrics),
        segments: segments.map(({ segment }) => segment),
      }),
      shown: JSON.stringify([
        model,
        status.question,
        status.unit,
        figureOf(status),
        impact.economics,
        await readModelCard({ sql, models }, model, 1),
      ]).replaceAll(/\d+ \w{3} \d{4}, \d\d:\d\d UTC/g, ""), // when it was made
      planned: String((await noteRetrainer(note)).intervalMs),
      ...await facesOf(deps),
    };
  }, modelWith({ ownFeatures: [newestStars(1)], ...declared }));
  return facts!;
}

/** A second value of a field. */
interface Second {
  declared: Partial<ModelDefinition>;
  /** what else is declared both times; left out: nothing */
  with?: Partial<ModelDefinition>;
  changes: readonly (keyof Facts)[];
  stays?: readonly (keyof Facts)[];
}

const threeClasses: Partial<ModelDefinition> = {
  kind: "classes",
  classes: ["none", "once", "more"],
  loss: "logLoss",
  primaryMetric: "logLoss",
  metrics: ["logLoss", "accuracy"],
  label: (future) => future.some((day) => day.purchases > 0) ? "once" : "none",
  features: ["recency"],
};
const amounts: Partial<ModelDefinition> = { loss: "mse", primaryMetric: "mse", metrics: ["mse"] };
const wrongHalf = (name: string, unit: string): Partial<ModelDefinition> => ({
  ownMetrics: [{ name, direction: "lower", unit, of: (y, p) => Math.abs(y - p) > 0.5 ? 1 : 0 }],
  primaryMetric: `own:${name}`,
  metrics: ["auc", "logLoss", `own:${name}`],
});

const ALL_FACES = ["terminal", "json", "python", "backtest"] as const;

const SECOND: Record<keyof ModelDefinition, Second> = {
  name: { declared: { name: "shoppers" }, changes: ["trained", "shown", ...ALL_FACES] },
  kind: { declared: { kind: "regression", ...amounts }, changes: ["trained", "judged", ...ALL_FACES] },
  question: {
    declared: { question: "Who buys?" },
    changes: ["shown", "terminal", "json", "python"],
    stays: ["trained", "judged"],
  },
  unit: {
    declared: { unit: "share" },
    changes: ["shown", "terminal", "json", "python"],
    stays: ["trained", "judged"],
  },
  network: { declared: { network: "one line" }, changes: ["shown"], stays: ["trained", "judged"] },
  primaryMetric: {
    declared: { primaryMetric: "logLoss" },
    changes: ["shown", "json", "python", "backtest"],
    stays: ["trained", "judged"],
  },
  metrics: {
    declared: { metrics: ["auc", "logLoss", "brier"] },
    changes: ["judged", "shown", ...ALL_FACES],
    stays: ["trained"],
  },
  ownMetrics: {
    with: wrongHalf("missed", "shoppers"),
    declared: wrongHalf("missed-eur", "EUR"),
    changes: ["judged", "shown", ...ALL_FACES],
    stays: ["trained"],
  },
  margin: { declared: { margin: 0.3 }, changes: ["judged"], stays: ["trained"] },
  loss: {
    declared: { loss: "brier", metrics: ["auc", "brier"] },
    changes: ["judged", "terminal", "json", "python", "backtest"],
  },
  economics: {
    declared: { economics: "retention" },
    changes: ["shown", "terminal", "json"],
    stays: ["trained", "judged"],
  },
  gate: { declared: { gate: "evidence" }, changes: ["judged", "terminal", "json"], stays: ["trained"] },
  segments: {
    declared: { segments: [{ name: "pleased", fits: (value) => value("newest_stars") >= 4 }] },
    changes: ["judged"],
    stays: ["trained"],
  },
  label: {
    declared: { label: (future) => future.some((day) => day.purchases > 0) ? 0 : 1 },
    changes: ["trained", "judged"],
  },
  classes: {
    with: threeClasses,
    declared: { classes: ["none", "never", "once"] },
    changes: ["trained"],
  },
  horizonDays: { declared: { horizonDays: 14 }, changes: ["trained", "judged", "terminal", "json"] },
  activeDays: {
    with: { activity: "purchase" },
    declared: { activeDays: 7 },
    changes: ["trained", "judged", "terminal", "json"],
  },
  activity: { declared: { activity: "purchase" }, changes: ["trained", "judged", "terminal", "json"] },
  stepDays: { declared: { stepDays: 14 }, changes: ["trained", "judged", "terminal", "json"] },
  checkEveryHours: {
    declared: { checkEveryHours: 6 },
    changes: ["planned", "terminal", "json"],
    stays: ["trained", "judged"],
  },
  features: {
    declared: { features: ["recency"] },
    changes: ["trained", "judged", "terminal", "json", "python", "backtest"],
  },
  ownFeatures: { declared: { ownFeatures: [newestStars(2)] }, changes: ["trained"] },
  events: { declared: { events: ["survey"] }, changes: ["trained", "judged"] },
  candidates: {
    declared: {
      candidates: [{ family: "linear", name: "additive", inputs: "log+hinges", target: "identity" }],
    },
    changes: ["trained", "judged", "terminal", "json", "python", "backtest"],
  },
};

const base = await factsOf({});

Deno.test("each field of the schema has its second value", () =>
  assert.deepEqual(Object.keys(SECOND).sort(), [...MODEL_FIELDS].sort()));

Deno.test("the same model twice is trained, judged and shown the same: only what is declared changes that", async () =>
  assert.deepEqual(await factsOf({}), base));

for (const [field, { declared, with: both, changes, stays = [] }] of Object.entries(SECOND)) {
  Deno.test(`a second value of ${field} changes what is ${changes.join(" and ")}`, async () => {
    const first = both ? await factsOf(both) : base;
    const facts = await factsOf({ ...both, ...declared });
    for (const fact of changes) assert.notEqual(facts[fact], first[fact], fact);
    for (const fact of stays) assert.equal(facts[fact], first[fact], fact);
  });
}

Deno.test("defineModel() refuses a field that there is not, and a segment that asks for no feature of the model", () => {
  const model = modelWith({});
  const refuse = (declared: object, message: RegExp) =>
    assert.throws(() => defineModel({ ...model, ...declared } as ModelDefinition), message);
  refuse({ horizonDay: 14 }, /"buyers": there is no field "horizonDay"; did you mean horizonDays/);
  refuse({ gate: "always" }, /gate: needs one of/);
  refuse(
    { segments: [{ name: "tall", fits: (value: (f: string) => number) => value("size") > 1 }] },
    /"tall" fails: .*"size"/,
  );
  refuse({ segments: [{ name: "others", fits: () => true }] }, /"others" is taken/);
});
