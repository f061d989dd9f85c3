/** What a check under the policy "worth" gathers: every stored version on every labelled cut-off that it has not seen. */
import assert from "node:assert/strict";
import { gatherFindings } from "../../activities/check.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { modelAndConfig } from "../../activities/context.ts";
import { markRemoved } from "../../src/db/models/versions.ts";
import { WorthInput } from "../../src/retraining/worth/decide.ts";
import { inWorthShop, labelledTo } from "./worth_shop.ts";

async function gathered(deps: ActivityDeps, newest: number): Promise<WorthInput | null> {
  const { model, config } = await modelAndConfig(deps, "churn");
  const asOfMs = Date.parse(labelledTo(newest));
  const about = { trigger: "interval" as const, asOfMs, observations: [] };
  return (await gatherFindings(deps, model, config, about)).findings.worth;
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
