import { DAY_MS } from "../src/core/time.ts";
import { currentAsOf } from "../src/app/as_of.ts";
import { inTransaction } from "../src/db/connect.ts";
import { beginStage, findCycle, getCycle, needOpenCycle, saveWatch } from "../src/db/cycles/cycles.ts";
import { openAlert } from "../src/db/alerts/alerts.ts";
import { lastMove, moveOf, moveServing } from "../src/db/models/serving.ts";
import { getVersion, setVersionState, versionOfCycle } from "../src/db/models/versions.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { ModelVersion, ServingMove } from "../src/registry/version.ts";
import { createVersionFiles } from "../src/app/registry/version_files.ts";
import { rollBackTo } from "../src/app/registry/moves.ts";
import type { Cycle, Watch } from "../src/retraining/cycle.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { watchDecision } from "../src/rollout/watch.ts";
import { loadTrainingSet } from "../src/training/dataset.ts";
import { labelledBlock } from "../src/app/features/labelled_rows.ts";
import { compare } from "../src/validation/compare.ts";
import { readServing } from "./champion.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";
import { signedBrief } from "../src/format/numbers.ts";

export const createDeployActivities = (deps: ActivityDeps) => ({
  /** Lets the challenger serve, if what served when the cycle began still does. Done once however often it is called. */
  async deployChallenger({ cycleId, why }: { cycleId: string; why: string }): Promise<{ version: number }> {
    const { sql } = deps;
    await beginStage(sql, cycleId, "deploy");
    const challenger = (await versionOfCycle(sql, cycleId))!;
    await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why });
    return { version: challenger.version };
  },

  /**
   * Looks at the newest deployment once its first window of outcomes is complete, and takes it back if it did worse
   * there than the version it replaced. Judges a deployment once; before that it answers "pending".
   */
  async judgeDeployment(
    { model: name, asOf }: { model: string; asOf: string | null },
  ): Promise<{ text: string }> {
    const { sql, clock } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    const move = await lastMove(sql, name);
    if (move?.kind !== "deploy" || move.previous === null) return { text: "nothing to judge" };
    const cycle = await findCycle(sql, move.key);
    if (!cycle) return { text: "nothing to judge: a rollout that a person asked for has proven it" };
    if (cycle.watch) return { text: cycle.watch.text };
    const asOfMs = asOf === null ? await currentAsOf(sql, clock) : Date.parse(asOf);
    const cutoffMs = Math.ceil(Date.parse(move.asOf) / DAY_MS) * DAY_MS;
    if (cutoffMs + config.horizon_days * DAY_MS > asOfMs) {
      return { text: "pending: outcomes are not complete" };
    }
    return await judgeOutcomes(deps, { model, config, move, cutoffMs, asOfMs });
  },
});

/**
 * Lets the version of a cycle serve everyone, if what served when the cycle began still does. Its file is read before:
 * a person may have been asked in between, for days. @throws {ArtefactError} it cannot be read
 */
export async function deployVersion(
  deps: ActivityDeps,
  { id, model, champion, asOf }: Cycle,
  { challenger, why }: { challenger: ModelVersion; why: string },
): Promise<void> {
  const { sql } = deps;
  const { version } = challenger;
  if (!await moveOf(sql, model, id)) await createVersionFiles(deps).read(challenger);
  await inTransaction(sql, async (tx) => {
    await needOpenCycle(tx, id); // and nobody settles it as lost before this is done
    await moveServing(tx, { model, version, expected: champion, kind: "deploy", key: id, by: id, why, asOf });
  });
}

async function judgeOutcomes(
  deps: ActivityDeps,
  { model, config, move, cutoffMs, asOfMs }: {
    model: ModelDefinition;
    config: ModelConfig;
    move: ServingMove;
    cutoffMs: number;
    asOfMs: number;
  },
): Promise<{ text: string }> {
  const { sql } = deps;
  const previous = move.previous!;
  const difference = await realDifference(deps, { model, config, move, cutoffMs });
  const { decision, text } = watchDecision(difference);
  const watch: Watch = {
    decision,
    cutoff: new Date(cutoffMs).toISOString(),
    against: previous,
    difference,
    text,
  };
  if (decision === "rolled back") {
    const why = `${text} (loss ${signedBrief(difference!.mean)}, interval ${
      signedBrief(difference!.low)
    } to ${signedBrief(difference!.high)})`;
    const title = `${model.name}: version ${move.version} was rolled back to ${previous}: ${why}. ` +
      `Version ${previous} serves again. Review the cycle: validation had let it pass`;
    await inTransaction(sql, async (tx) => { // all or nothing: a retry after half of it would find nothing to judge
      await rollBackTo(tx, {
        model: model.name,
        version: previous,
        expected: move.version,
        key: `${move.key}/watch`,
        why,
        asOf: new Date(asOfMs).toISOString(),
      });
      await setVersionState(tx, model.name, move.version, "rejected");
      await openAlert(tx, {
        key: `rollback/${model.name}/${move.version}`,
        kind: "rollback",
        model: model.name,
        severity: "critical",
        title,
        detail: {
          asOf: move.asOf,
          version: move.version,
          previous,
          cycleId: (await getVersion(tx, model.name, move.version)).cycleId,
          why,
        },
      }, { channels: deps.alertChannels, nowMs: deps.clock() });
      await saveWatch(tx, move.key, watch);
    });
  } else await saveWatch(sql, move.key, watch);
  return { text: watch.text };
}

/** New version against the one it replaced, on the first window of outcomes after the deployment. */
async function realDifference(
  deps: ActivityDeps,
  { model, config, move, cutoffMs }: {
    model: ModelDefinition;
    config: ModelConfig;
    move: ServingMove;
    cutoffMs: number;
  },
) {
  const { sql, store, trainer } = deps;
  const [ours, theirs] = await Promise.all([
    getVersion(sql, model.name, move.version),
    getVersion(sql, model.name, move.previous!),
  ]);
  if (theirs.artefactRemovedAt) return null;
  const block = await labelledBlock(deps, model, { config, cutoffMs });
  const { rows } = await loadTrainingSet(store, [block]);
  const artefacts = [theirs, ours].map((version) => readServing(deps, model, version));
  const [before, after] = await Promise.all(artefacts);
  if (!before || !after) return null;
  const score = (artefact: Uint8Array) => trainer.score(artefact, rows.features, rows.target.length);
  const [champion, challenger] = await Promise.all([score(before), score(after)]);
  const cap = ours.manifest.targetCap ?? Infinity;
  const unseen = { target: rows.target, shopper: rows.user };
  return compare(model, unseen, { champion, challenger }, { cap, confidence: config.confidence }).difference;
}
