import assert from "node:assert/strict";
import { MockActivityEnvironment } from "@temporalio/testing";
import { createSnapshotActivities } from "../../activities/snapshot.ts";
import { gatherFindings } from "../../activities/check.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { fitReference } from "../../activities/train.ts";
import { labelledBlocks } from "../../src/app/features/labelled_rows.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { openCycle } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import churn from "../../src/models/churn.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { decide } from "../../src/retraining/trigger.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { withDatabase } from "../db/database.ts";
import { event, pseudonym } from "../db/events_support.ts";

const FIRST_MS = Date.UTC(2024, 0, 1);
const AS_OF_MS = FIRST_MS + 200 * DAY_MS;
const config = configOf(RetrainingConfig.parse({}), "churn");
const CYCLE = "retrainer/churn/cycle/1";

/** Ten shoppers who do the same every week, for 200 days. */
const everyWeek = (type: string) =>
  Array.from(
    { length: 10 },
    (_, shopper) =>
      Array.from({ length: 28 }, (_, week) =>
        event({ type, userKey: pseudonym(`shopper ${shopper}`), atMs: FIRST_MS + week * 7 * DAY_MS })),
  ).flat();

/** One purchase in all, on some day. */
const once = (day: number) => event({ userKey: pseudonym("ann"), atMs: FIRST_MS + day * DAY_MS });

/** Runs `work` in a shop that did not train yet. */
const inShop = (events: Parameters<typeof insertEvents>[1], work: (deps: ActivityDeps) => Promise<void>) =>
  withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    try {
      await insertEvents(sql, events);
      const nothingIsTrained = {} as Trainer;
      await work({
        sql,
        store: fileArtefacts(folder),
        trainer: nothingIsTrained,
        models: new Map([["churn", churn]]),
        clock: () => AS_OF_MS,
        codeVersion: "test",
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

for (
  const [shop, events, why] of [
    ["without events", [], /no events are stored/],
    ["where nothing is a purchase", everyWeek("view"), /none of the 280 events is a purchase/],
    ["with one sample", [once(0), once(80)], /all \d+ labelled rows have the same class \(class 1\)/],
    ["whose one shopper is long gone", [once(0)], /no shopper was active in the 90 days/],
    [
      "where everybody always comes back",
      everyWeek("purchase"),
      /all \d+ labelled rows have the same class \(class 0\)/,
    ],
  ] as const
) {
  Deno.test(`a shop ${shop} is told so by the check, and no training of it is tried`, () =>
    inShop(events, async (deps) => {
      const asOf = new Date(AS_OF_MS).toISOString();
      const { findings } = await gatherFindings(deps, churn, config, {
        trigger: "first",
        asOfMs: AS_OF_MS,
        observations: [],
      });
      const { answer, reasons } = decide(findings);
      assert.equal(answer, "cannot tell yet");
      assert.match(reasons.find(({ code }) => code === "nothing to learn")!.text, why);
      await openCycle(deps.sql, {
        id: CYCLE,
        model: "churn",
        number: 1,
        runId: crypto.randomUUID(),
        trigger: "force",
        requestedBy: "ann",
        asOf,
        reasons,
        champion: null,
      });
      const said = { name: "NothingToLearnError", message: why };
      const { takeSnapshot } = createSnapshotActivities(deps);
      const snapshot = new MockActivityEnvironment().run(takeSnapshot, {
        cycleId: CYCLE,
        model: "churn",
        asOf,
      });
      await assert.rejects(snapshot, said);
      const blocks = await labelledBlocks(deps, churn, { config, asOfMs: AS_OF_MS });
      await assert.rejects(fitReference(deps, { cycleId: CYCLE, model: churn, config, blocks, asOf }), said);
    }));
}
