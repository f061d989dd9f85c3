import assert from "node:assert/strict";
import { join } from "node:path";
import { gatherFindings } from "../../activities/check.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { importFile } from "../../src/app/events/import.ts";
import { configOf, type RetrainingConfig } from "../../src/config/retraining.ts";
import { readConfig } from "../../src/config/environment.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { readFirstSteps } from "../../src/dashboard/reads/overview.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { lookAtData } from "../../src/doctor/looks/data.ts";
import churn from "../../src/models/churn.ts";
import { moment } from "../../src/format/times.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { decide } from "../../src/retraining/trigger.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { firstTrainingMs } from "../../src/training/cutoffs.ts";
import { withDatabase } from "../db/database.ts";
import { pseudonym } from "../db/events_support.ts";
import { writeSmallShop } from "../e2e/small_shop.ts";

const models = new Map([["churn", churn]]);

/** Runs `work` in the small shop before its first training. */
const inSmallShop = (work: (deps: ActivityDeps) => Promise<void>) =>
  withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "shop.csv");
      await writeSmallShop(path, { every: 6 });
      await importFile({ sql, clock: () => Date.parse("2026-01-01"), pseudonym }, path);
      const clock = () => Date.parse("2026-01-01");
      const trainer = {} as Trainer; // nothing is trained
      await work({ sql, store: fileArtefacts(folder), trainer, models, clock, codeVersion: "test" });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

const answerAt = async (deps: ActivityDeps, config: RetrainingConfig, asOfMs: number) =>
  decide(
    (await gatherFindings(deps, churn, configOf(config, "churn"), {
      trigger: "interval",
      asOfMs,
      observations: [],
    }))
      .findings,
  ).answer;

for (
  const [grid, settings] of [
    ["on the grid that follows from the first event", { step_days: 21, min_train_cutoffs: 2 }],
    ["from a cut-off that is named", { first_cutoff: "2011-03-02", step_days: 14, min_train_cutoffs: 2 }],
  ] as const
) {
  Deno.test(`dashboard and doctor name the moment at which the first training really begins, ${grid}`, () =>
    inSmallShop(async (deps) => {
      const { sql } = deps;
      const { version: after, config: standard } = await currentConfig(sql);
      const config = { ...standard, ...settings, min_validation_rows: 20 };
      await saveConfig(sql, { config, after, by: "a test", why: "a small shop" });
      const { firstMs } = (await eventSpan(sql))!;
      const possibleMs = firstTrainingMs(configOf(config, "churn"), firstMs);

      assert.equal(await answerAt(deps, config, possibleMs - 1), "cannot tell yet");
      assert.equal(await answerAt(deps, config, possibleMs), "retrain");

      const steps = await readFirstSteps({ sql, models, clock: () => possibleMs - DAY_MS });
      assert.equal(steps.possibleFrom, new Date(possibleMs).toISOString());
      assert.equal(steps.needDays, Math.ceil((possibleMs - firstMs) / DAY_MS));
      assert.deepEqual(await doctorSays(deps, possibleMs - 1), [
        "too-little-history",
        moment(new Date(possibleMs).toISOString(), "day"),
      ]);
      assert.deepEqual(await doctorSays(deps, possibleMs), ["nothing-serves", null]);
    }));
}

/** What the doctor finds about the history, and the day that it names. */
async function doctorSays({ sql }: ActivityDeps, nowMs: number): Promise<[string, string | null]> {
  const findings = await lookAtData(sql, {
    name: "default",
    home: "",
    config: readConfig({}),
    uid: 1000,
    clock: () => nowMs,
    runBy: null,
    apiUrl: "",
    artefacts: fileArtefacts(""),
    models,
    database: { absent: "not needed" },
    temporal: { absent: "not needed" },
  });
  const [finding] = findings.filter(({ id }) => id === "too-little-history" || id === "nothing-serves");
  return [finding.id, /possible from (.+?);/.exec(finding.detail)?.[1] ?? null];
}
