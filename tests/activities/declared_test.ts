/** Each thing that a model's file declares: a second value of it changes what is trained, judged or shown. */
import assert from "node:assert/strict";
import { deployVersion } from "../../activities/deploy.ts";
import { figureOf } from "../../components/model_figure.ts";
import { readStatus } from "../../src/app/reports/status.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { cycle, EARLIER_MS, inShop, modelWith, newestStars } from "./weekly_shop.ts";

interface Facts {
  trained: string;
  judged: string;
  shown: string;
}

/** What becomes of a model that is declared so. */
async function factsOf(declared: Partial<ModelDefinition>): Promise<Facts> {
  let facts: Facts | undefined;
  await inShop(async (deps) => {
    const { sql, clock, models } = deps;
    const { cycleId, challenger, evidence } = await cycle(deps, 1, EARLIER_MS);
    await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why: "better" });
    const { models: [status] } = await readStatus({ sql, clock, models, temporalUi: null });
    const { loss, margin, challengerLoss, difference: { n } } = evidence;
    facts = {
      trained: challenger.manifest.tested.sha256,
      judged: JSON.stringify({ loss, margin, challengerLoss, n }),
      shown: JSON.stringify([status.question, status.unit, figureOf(status)]),
    };
  }, modelWith({ ownFeatures: [newestStars(1)], ...declared }));
  return facts!;
}

const base = await factsOf({});

for (
  const [what, declared, changes, stays] of [
    ["question", { question: "Who buys?" }, ["shown"], ["trained", "judged"]],
    ["primaryMetric", { primaryMetric: "logLoss" }, ["shown"], ["trained", "judged"]],
    ["margin", { margin: 0.3 }, ["judged"], ["trained"]],
    ["loss", { loss: "brier", metrics: ["auc", "brier"] }, ["judged"], []],
    [
      "label",
      { label: (future) => future.some((day) => day.purchases > 0) ? 0 : 1 },
      ["trained", "judged"],
      [],
    ],
    ["horizonDays", { horizonDays: 14 }, ["trained", "judged"], []],
    ["activity", { activity: "purchase" }, ["trained", "judged"], []],
    ["features", { features: ["recency"] }, ["trained", "judged"], []],
    ["ownFeatures", { ownFeatures: [newestStars(2)] }, ["trained"], []],
    [
      "candidates",
      { candidates: [{ family: "linear", name: "additive", inputs: "log+hinges", target: "identity" }] },
      ["trained", "judged"],
      [],
    ],
  ] as readonly [string, Partial<ModelDefinition>, readonly (keyof Facts)[], readonly (keyof Facts)[]][]
) {
  Deno.test(`a second value of ${what} changes what is ${changes.join(" and ")}`, async () => {
    const facts = await factsOf(declared);
    for (const fact of changes) assert.notEqual(facts[fact], base[fact], fact);
    for (const fact of stays) assert.equal(facts[fact], base[fact], fact);
  });
}
