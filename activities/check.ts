import { activityInfo } from "@temporalio/activity";
import { currentAsOf } from "../src/reporting/as_of.ts";
import { saveCheck } from "../src/db/checks.ts";
import { openCycle } from "../src/db/cycles.ts";
import { lastSnapshot } from "../src/db/snapshots.ts";
import { countEvents } from "../src/db/events.ts";
import type { Answer, Trigger } from "../src/monitoring/check.ts";
import { decide, type Findings } from "../src/monitoring/trigger.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { ModelConfig } from "../src/retraining_config.ts";
import { labelledBlocks } from "../src/training/labelled.ts";
import { championFindings, championOf, rowsIn } from "./champion.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";

export interface CheckInput {
  cycleId: string;
  model: string;
  number: number;
  trigger: Trigger;
  /** the moment to check for; null: the installation's own clock decides, once */
  asOf: string | null;
  requestedBy: string | null;
}

export interface CheckResult {
  answer: Answer;
  asOf: string;
  text: string;
}

export const createCheckActivities = (deps: ActivityDeps) => ({
  /**
   * Decides whether to retrain, and stores the reasons whatever the answer. The workflow run is its key: a retry
   * returns the answer given first.
   */
  async checkTrigger(
    { cycleId, model: name, number, trigger, asOf, requestedBy }: CheckInput,
  ): Promise<CheckResult> {
    const { sql, clock } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    const { runId } = activityInfo().workflowExecution!;
    const asOfMs = asOf === null ? await currentAsOf(sql, clock) : Date.parse(asOf);
    const { champion, findings } = await gather(deps, model, config, { trigger, asOfMs });
    const { answer, reasons } = decide(findings);
    const check = await saveCheck(sql, {
      id: crypto.randomUUID(),
      model: name,
      workflowRun: runId,
      asOf: new Date(asOfMs).toISOString(),
      trigger,
      answer,
      reasons,
      cycleId: answer === "retrain" ? cycleId : null,
    });
    if (check.answer === "retrain") {
      await openCycle(sql, { ...check, id: cycleId, number, runId, requestedBy, champion });
    }
    return { answer: check.answer, asOf: check.asOf, text: check.reasons.map((r) => r.text).join("; ") };
  },
});

async function gather(
  deps: ActivityDeps,
  model: ModelDefinition,
  config: ModelConfig,
  { trigger, asOfMs }: { trigger: Trigger; asOfMs: number },
): Promise<{ champion: number | null; findings: Findings }> {
  const champion = await championOf(deps, model.name);
  const blocks = await labelledBlocks(deps, model, { config, asOfMs });
  const seenMs = champion ? Date.parse(champion.manifest.served.labelledThrough) : -Infinity;
  const unseen = blocks.filter((block) => Date.parse(block.cutoff) >= seenMs);
  const snapshot = await lastSnapshot(deps.sql, model.name);
  const findings: Findings = {
    trigger,
    newSamples: await countEvents(deps.sql, { beforeMs: asOfMs }) - (snapshot?.eventsSeen ?? 0),
    newSamplesMin: config.min_new_samples,
    cutoffs: blocks.length,
    cutoffsMin: config.min_train_cutoffs,
    unseenRows: rowsIn(unseen),
    unseenRowsMin: config.min_validation_rows,
    champion: champion && await championFindings(deps, { model, champion, config, blocks, unseen, asOfMs }),
  };
  return { champion: champion?.version ?? null, findings };
}
