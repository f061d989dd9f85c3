/** What a check under the policy "worth" gathers: every stored version on every labelled cut-off that it has not seen. */
import assert from "node:assert/strict";
import { MockActivityEnvironment } from "@temporalio/testing";
import { createCheckActivities, gatherFindings } from "../../activities/check.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { modelAndConfig } from "../../activities/context.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { checkOfCycle } from "../../src/db/cycles/checks.ts";
import { addVersion, markRemoved } from "../../src/db/models/versions.ts";
import type { Findings } from "../../src/retraining/findings.ts";
import { expectedGain, WorthInput } from "../../src/retraining/worth/decide.ts";
import { priceText } from "../../src/retraining/worth/price.ts";
import { aManifest } from "../db/models_support.ts";
import { tinyArtefact } from "../serving/artefact.ts";
import { inWorthShop, labelledTo } from "./worth_shop.ts";

async function gathered(
  deps: ActivityDeps,
  newest: number,
  settings: Partial<ModelConfig> = {},
): Promise<WorthInput | null> {
  const { model, config } = await modelAndConfig(deps, "churn");
  const asOfMs = Date.parse(labelledTo(newest));
  const about = { trigger: "interval" as const, asOfMs, observations: [] };
  return (await gatherFindings(deps, model, { ...config, ...settings }, about)).findings.worth;
}

Deno.test("worthInput() scores each version on what it has not seen, and pairs them on the same rows", () =>
  inWorthShop({ through: [0, 2, 3], settings: {} }, async (deps) => {
    const input = (await gathered(deps, 7))!;
    assert.deepEqual(input.versions.map(({ id, through }) => [id, through]), [["1", 0], ["2", 2], ["3", 3]]);
    assert.deepEqual([input.serving, input.next?.through, input.window], ["3", 7, 9]);
    const scored = input.windows.map(({ losses }) => losses.map(({ version }) => version).join(""));
    assert.deepEqual(scored, ["", "", "1", "1", "12", "123", "123", "123"]);
    for (const { losses, pairs } of input.windows) {
      assert.equal(2 * pairs.length, losses.length * Math.max(0, losses.length - 1));
      for (const { older, newer, difference, error } of pairs) {
        const lossOf = (id: string) => losses.find(({ version }) => version === id)!.loss;
        assert.ok(Math.abs(lossOf(older) - lossOf(newer) - difference) < 1e-12);
        assert.ok(error > 0);
      }
    }
    assert.deepEqual(WorthInput.parse(JSON.parse(JSON.stringify(input))), input);
  }));

Deno.test("worthInput() weighs recalibrating by versions that were no older than the one that serves is", () =>
  inWorthShop({ through: [0, 3], settings: {} }, async (deps) => {
    const recalibrationAt = async (newest: number) => (await gathered(deps, newest))!.recalibration!;
    const early = await recalibrationAt(5); // version 2 is 4 cut-offs old: version 1 was so at cut-off 4
    assert.deepEqual(early.windows.map(({ number }) => number), [4]);
    const later = await recalibrationAt(7);
    assert.deepEqual(later.windows.map(({ number }) => number), [4, 5, 6, 7]);
    assert.ok(later.windows.every(({ saved }) => saved > 0.1), "it says that too many come back");
    assert.ok(later.windows.some(({ aged }) => aged !== null), "older lines are scored beside");
    assert.deepEqual(later.line, { age: null });
    assert.ok(later.possible && later.text.startsWith("intercept "));
    assert.deepEqual([(await recalibrationAt(4)).possible, early.possible], [false, true]);
  }));

Deno.test("worthInput() leaves out versions whose files are gone, and weighs nothing without the one that serves", () =>
  inWorthShop({ through: [0, 2, 3], settings: {} }, async (deps) => {
    await markRemoved(deps.sql, "churn", 2);
    assert.deepEqual((await gathered(deps, 7))!.versions.map(({ id }) => id), ["1", "3"]);
    const gone = { ...deps.store, get: () => deps.store.get("0".repeat(64)) };
    const blocks = new Set<string>();
    const store = {
      ...gone,
      get: (hash: string) => blocks.has(hash) ? gone.get() : deps.store.get(hash),
    };
    const serving = await deps.sql`select artefact_sha256 as "sha" from model_versions where version = 3`;
    blocks.add(serving[0].sha);
    assert.equal(await gathered({ ...deps, store }, 7), null);
  }));

const ECONOMICS = { kept_customer_value: 20, offer_success: 0.5, contact_cost: 1.9 };

Deno.test("worthInput() prices a training as the settings ask, or says why not", () =>
  inWorthShop({ through: [0, 1, 2], settings: {} }, async (deps) => {
    for (
      const [settings, by, text] of [
        [{}, "share", /^priced at 2 % of a fresh version's loss at one cut-off$/],
        [
          { training_price_by: "budget", training_budget: 2 },
          "budget",
          /^priced so that 2 trainings a quarter/,
        ],
        [{ training_price_by: "budget" }, "share", /since training_budget is not stated$/],
        [{ training_price_by: "money" }, "share", /since not stated: machine_hour_cost, /],
        [
          { training_price_by: "money", machine_hour_cost: 3600, cycle_person_cost: 7, ...ECONOMICS },
          "money",
          /^priced at 7\.?\d* in money, where one unit of loss costs \d/,
        ],
      ] as const
    ) {
      const { price, priceBasis } = (await gathered(deps, 7, settings))!;
      assert.equal(priceBasis!.by, by);
      assert.match(priceText(priceBasis!), text);
      assert.ok(price > 0 && Number.isFinite(price));
    }
  }));

Deno.test("worthInput() sets the forecast of an earlier check beside what came of the version that it made", () =>
  inWorthShop({ through: [0], settings: { recalibrate: false } }, async (deps) => {
    const cycleId = "retrainer/churn/cycle/7";
    await new MockActivityEnvironment().run(createCheckActivities(deps).checkTrigger, {
      cycleId,
      model: "churn",
      number: 7,
      trigger: "force" as const,
      asOf: labelledTo(4),
      requestedBy: null,
    });
    const { expected, made } = await versionOf(deps, cycleId);
    assert.deepEqual((await gathered(deps, 5))!.forecasts, [], "cut-off 6 has no outcomes yet");
    const [met, ...others] = (await gathered(deps, 8))!.forecasts;
    assert.equal(others.length, 0);
    assert.deepEqual([met.made, met.instead, met.asOf], [String(made), "1", labelledTo(4)]);
    assert.equal(met.cutoff, labelledTo(4), "the first cut-off that it could serve");
    assert.ok(Math.abs(met.mean - expected.mean) < 1e-9 && Math.abs(met.sd - expected.sd) < 1e-9);
    assert.ok(met.came > 0.05 && met.error > 0, "it says what comes, the older one what was");
  }));

/** Gives the cycle of a check a version that says what comes, and returns what the check forecast of it. */
async function versionOf({ sql, store }: ActivityDeps, cycleId: string) {
  const asOf = labelledTo(4);
  const artefactSha256 = await store.put(tinyArtefact(5.5));
  const seen = { rows: 700, cutoffs: [], labelledThrough: asOf };
  const manifest = aManifest({
    cycleId,
    asOf,
    tested: { sha256: artefactSha256, ...seen },
    served: { ...seen, refitted: true },
  });
  const made = await addVersion(sql, { manifest, artefactSha256 });
  const { worth } = (await checkOfCycle(sql, cycleId))!.findings as Findings;
  return { made, expected: expectedGain(worth!)! };
}
