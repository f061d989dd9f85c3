import { activityInfo } from "@temporalio/activity";
import { DAY_MS } from "../src/core/time.ts";
import { currentAsOf } from "../src/app/as_of.ts";
import { closeAlert } from "../src/db/alerts/alerts.ts";
import { saveCheck } from "../src/db/cycles/checks.ts";
import { openCycle } from "../src/db/cycles/cycles.ts";
import { runningRollout } from "../src/db/rollouts/rollouts.ts";
import { lastSnapshot, lastTrainedCutoff } from "../src/db/cycles/snapshots.ts";
import { countEvents } from "../src/db/events/events.ts";
import { beginsCycle } from "../src/retraining/begins_cycle.ts";
import type { Answer, Trigger } from "../src/retraining/check.ts";
import type { Findings } from "../src/retraining/findings.ts";
import { decide } from "../src/retraining/trigger.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import { championFindings, championOf, rowsIn } from "./champion.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";
import { failedKey } from "./report.ts";
import { seenBy } from "./observe/seen.ts";
import { learnableFrom } from "./learnable.ts";
import { soundBlocks } from "./sound_blocks.ts";
import { worthInput } from "./worth_input.ts";

export interface CheckInput {
  cycleId: string;
  model: string;
  number: number;
  trigger: Trigger;
  /** the moment to check for; null: the installation's own clock decides, once */
  asOf: string | null;
  requestedBy: string | null;
  /** looks made for this check; left out: the check rests on counts and labels alone */
  observations?: string[];
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
    { cycleId, model: name, number, trigger, asOf, requestedBy, observations = [] }: CheckInput,
  ): Promise<CheckResult> {
    const { sql, clock, trainer } = deps;
    if (trigger === "force") trainer.warm(); // a training follows: its threads load while the database reads
    const { model, config } = await modelAndConfig(deps, name);
    const { runId } = activityInfo().workflowExecution!;
    const asOfMs = asOf === null ? await currentAsOf(sql, clock) : Date.parse(asOf);
    const { champion, findings } = await gatherFindings(deps, model, config, {
      trigger,
      asOfMs,
      observations,
    });
    const { answer, reasons } = decide(findings);
    const check = await saveCheck(sql, {
      id: crypto.randomUUID(),
      model: name,
      workflowRun: runId,
      asOf: new Date(asOfMs).toISOString(),
      trigger,
      answer,
      reasons,
      cycleId: beginsCycle(answer) ? cycleId : null,
      observations,
      findings,
      codeVersion: deps.codeVersion,
    });
    if (beginsCycle(check.answer)) {
      await openCycle(sql, { ...check, id: cycleId, number, runId, requestedBy, champion });
    } else { // no cycle follows that could say so: what failed before runs through again
      const why = `the check of ${check.checkedAt} ran through: ${check.answer}`;
      await closeAlert(sql, failedKey(name), { why, nowMs: clock() });
    }
    return { answer: check.answer, asOf: check.asOf, text: check.reasons.map((r) => r.text).join("; ") };
  },
});

/** All that a check decides on. */
export async function gatherFindings(
  deps: ActivityDeps,
  model: ModelDefinition,
  config: ModelConfig,
  { trigger, asOfMs, observations }: { trigger: Trigger; asOfMs: number; observations: readonly string[] },
): Promise<{ champion: number | null; findings: Findings }> {
  const champion = await championOf(deps, model.name);
  const blocks = await soundBlocks(deps, model, { config, asOfMs });
  const seenMs = champion ? Date.parse(champion.manifest.served.labelledThrough) : -Infinity;
  const unseen = blocks.filter((block) => Date.parse(block.cutoff) >= seenMs);
  const [snapshot, trained, rollout] = await Promise.all([
    lastSnapshot(deps.sql, model.name),
    lastTrainedCutoff(deps.sql, model.name),
    runningRollout(deps.sql, model.name),
  ]);
  const looks = await seenBy(deps, model.name, champion?.version ?? null, observations);
  const findings: Findings = {
    trigger,
    asOf: new Date(asOfMs).toISOString(),
    // fewer than the last training saw: an import was undone, or persons erased
    newSamples: Math.max(0, await countEvents(deps.sql, { beforeMs: asOfMs }) - (snapshot?.eventsSeen ?? 0)),
    newSamplesMin: config.min_new_samples,
    cutoffs: blocks.length,
    cutoffsMin: config.min_train_cutoffs,
    unseenRows: rowsIn(unseen),
    unseenRowsMin: config.min_validation_rows,
    ...labelledMoments(blocks, config),
    newCutoffs: blocks.filter(({ cutoff }) => trained === null || cutoff > trained).length,
    routineCutoffs: config.routine_cutoffs,
    champion: champion && await championFindings(deps, { model, champion, config, blocks, unseen, asOfMs }),
    rollout: rollout && {
      id: rollout.id,
      version: rollout.challengers[0],
      strategy: rollout.plan.strategy,
      since: rollout.asOf,
    },
    ...looks,
    learnable: await learnableFrom(deps, model, { config, blocks, asOfMs }),
    worth: champion && config.retrain_policy === "worth"
      ? await worthInput(deps, { model, config, champion, blocks, asOfMs, looks })
      : null,
  };
  return { champion: champion?.version ?? null, findings };
}

/** The newest cut-off with complete outcomes, and when the next one will have them. */
function labelledMoments(
  blocks: readonly SnapshotBlock[],
  config: ModelConfig,
): Pick<Findings, "newestLabelled" | "nextLabelled"> {
  const newest = blocks[blocks.length - 1]?.cutoff ?? null;
  if (newest === null) return { newestLabelled: null, nextLabelled: null };
  const nextMs = Date.parse(newest) + (config.step_days + config.horizon_days) * DAY_MS;
  return { newestLabelled: newest, nextLabelled: new Date(nextMs).toISOString() };
}
