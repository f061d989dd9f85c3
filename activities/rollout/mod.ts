import { MINUTE_MS } from "../../src/core/time.ts";
import { meetOutcomes, scorePopulation } from "../observe/outcomes.ts";
import { ArtefactError, ConflictError } from "../../src/core/errors.ts";
import { openAlert } from "../../src/db/alerts/alerts.ts";
import { beginStage, getCycle } from "../../src/db/cycles/cycles.ts";
import { findLook, findRollout, getRollout, isPauseOverdue } from "../../src/db/rollouts/rollouts.ts";
import { getVersion, versionOfCycle } from "../../src/db/models/versions.ts";
import { planRollout, type RolloutPlanRequest, strategyFor } from "../../src/app/registry/plan_rollout.ts";
import { applyDecision, beginRollout } from "../../src/app/registry/rollout_moves.ts";
import { knownGoods } from "../../src/app/registry/moves.ts";
import { createVersionFiles, firstReadable, needReadable } from "../../src/app/registry/version_files.ts";
import { currentAsOf } from "../../src/app/as_of.ts";
import type { RolloutDecision } from "../../src/rollout/decision.ts";
import type { Strategy } from "../../src/rollout/plan.ts";
import { pauseAlert } from "../../src/rollout/pause_alert.ts";
import { type Rollout, rolloutId } from "../../src/rollout/rollout.ts";
import { decideByStrategy, firstShares } from "../../src/rollout/strategies/own.ts";
import type { Predictor } from "../../src/serving/prediction.ts";
import { championOf } from "../champion.ts";
import { modelAndConfig } from "../context.ts";
import { deployVersion } from "../deploy.ts";
import type { ActivityDeps } from "../deps.ts";
import { admitRollout, type SignalPolicy } from "../../src/app/control/admit.ts";
import { concludeRollout } from "./conclude.ts";
import { plantWorse } from "./plant.ts";
import { gatherEvidence } from "./gather_evidence.ts";
import { population } from "./population.ts";

/** A person wants a kept version to be rolled out, or a drill: the serving one made worse. */
export interface HandRollout {
  /** the rollout's id */
  id: string;
  model: string;
  version: number | { drill: { strength: number } };
  /** left out: as the configuration says */
  strategy?: Strategy;
  requestId: string;
  by: string;
  why: string;
  /** left out: the installation's own clock decides */
  asOf?: string;
  replayed?: boolean;
  /** proof that Perennial itself began it */
  signedAt?: string;
  signature?: string;
}

/** The result of a look at a rollout. */
interface RolloutLookResult {
  ended: boolean;
  text: string;
  /** until the next look */
  waitMs: number;
}

export const createRolloutActivities = (
  deps: ActivityDeps & { predictor: Predictor; signals: SignalPolicy },
) => ({
  /**
   * Lets what a cycle made serve: at once, or step by step, as the configuration says. Done once however often it is
   * called. @returns the id of the rollout; null: it serves everyone already
   */
  async beginDeployment(
    { cycleId, why }: { cycleId: string; why: string },
  ): Promise<{ version: number; rollout: string | null }> {
    const { sql } = deps;
    const cycle = await getCycle(sql, cycleId);
    const challenger = (await versionOfCycle(sql, cycleId))!;
    const { model, config } = await modelAndConfig(deps, cycle.model);
    const { version } = challenger;
    const id = rolloutId(model.name, version);
    if (await findRollout(sql, id)) return { version, rollout: id }; // also where the configuration changed since
    await beginStage(sql, cycleId, "deploy");
    if (cycle.champion === null || config.rollout === "immediate") {
      await deployVersion(deps, cycle, { challenger, why });
      return { version, rollout: null };
    }
    const champion = await getVersion(sql, model.name, cycle.champion);
    const planRequest = { model, config, strategy: config.rollout, champion, challenger, asOf: cycle.asOf };
    await start(deps, planRequest, { id, cycleId, replayed: cycle.trigger === "replay", by: cycleId, why });
    return { version, rollout: id };
  },

  /** Begins the rollout that a person asked for. @throws {ConflictError} nobody signed it, and that is not obeyed here */
  async beginRolloutByHand(asked: HandRollout): Promise<void> {
    const { sql, clock } = deps;
    const hand = await admitRollout(sql, deps.signals, asked, clock());
    const { model, config } = await modelAndConfig(deps, hand.model);
    const champion = await championOf(deps, model.name);
    if (!champion) throw new ConflictError(`Cannot roll out "${model.name}": no version serves yet`);
    const { requestId, version, by, why, replayed = false } = hand;
    const asOf = hand.asOf ?? new Date(await currentAsOf(sql, clock)).toISOString();
    const challenger = typeof version === "number"
      ? await getVersion(sql, model.name, version)
      : await plantWorse(deps, champion, { requestId, ...version.drill, model, config, asOf });
    if (challenger.version === champion.version) {
      throw new ConflictError(
        `Cannot roll out version ${champion.version} of "${model.name}": it serves already`,
      );
    }
    await needReadable(createVersionFiles(deps), challenger);
    const planRequest = {
      model,
      config,
      strategy: strategyFor(config, hand.strategy),
      champion,
      challenger,
      asOf,
      drill: typeof version !== "number",
    };
    await start(deps, planRequest, { id: hand.id, cycleId: requestId, replayed, by, why });
  },

  /**
   * Looks at a rollout and does what the evidence says. `look` makes it happen once: a repeated call finds what was done.
   * @param asOf null: the installation's own clock decides
   */
  async lookAtRollout(
    { rollout: id, look, asOf }: { rollout: string; look: number; asOf: string | null },
  ): Promise<RolloutLookResult> {
    const { sql, clock, codeVersion } = deps;
    const rollout = await getRollout(sql, id);
    const { model, config } = await modelAndConfig(deps, rollout.model);
    const waitMs = config.rollout_look_minutes * MINUTE_MS;
    const key = `look ${look}`;
    const done = await findLook(sql, id, key);
    if (rollout.state !== "running" || done) {
      return { ended: rollout.state !== "running", text: rollout.endedWhy ?? done!.decision.text, waitMs };
    }
    const asOfMs = asOf === null ? await currentAsOf(sql, clock) : Date.parse(asOf);
    await gatherAnswers(deps, rollout, asOfMs);
    const evidence = await gatherEvidence(deps, { model, config, rollout, asOfMs });
    const decision = await decideByStrategy(rollout.plan, rollout, evidence);
    const instead = await readBefore(deps, rollout, decision);
    const after = await applyDecision(sql, { rollout, key, evidence, decision, codeVersion, instead });
    if (await isPauseOverdue(sql, id)) await tellOfPause(deps, after);
    return { ended: after.state !== "running", text: decision.text, waitMs };
  },

  /** Writes down how a rollout ended: in its cycle, as an alert where a person should know, and lets old files go. */
  concludeRollout: ({ rollout: id }: { rollout: string }): Promise<{ state: string; text: string }> =>
    concludeRollout(deps, id),

  /** Asks serving about everybody as of a moment: the traffic of a day, where history is replayed. */
  async replayTraffic({ model: name, asOf }: { model: string; asOf: string }): Promise<{ shoppers: number }> {
    const { model, config } = await modelAndConfig(deps, name);
    const asOfMs = Date.parse(asOf);
    const users = await population(deps, { model, config }, asOfMs);
    await deps.predictor.predict({ model: name, users, asOfMs });
    return { shoppers: users.length };
  },
});

/**
 * Reads the file of what would serve everyone by a decision. Where that is a champion whose file cannot be read, the
 * last known good version stands in for it.
 * @returns that stand-in; null: none is needed   @throws {ArtefactError} nothing else can be read either
 */
async function readBefore(
  deps: ActivityDeps,
  { model, champion, challengers }: Rollout,
  decision: RolloutDecision,
): Promise<number | null> {
  if (decision.kind !== "promote" && decision.kind !== "roll back") return null;
  const files = createVersionFiles(deps);
  const target = decision.kind === "promote" ? decision.version : champion;
  const version = await getVersion(deps.sql, model, target);
  try {
    await files.read(version);
    return null;
  } catch (error) {
    if (!(error instanceof ArtefactError)) throw error;
    await files.report(version, error);
    const goods = decision.kind === "promote" ? [] : await knownGoods(deps.sql, model);
    const others = goods.filter((good) => good.version !== champion && !challengers.includes(good.version));
    const good = await firstReadable(files, others);
    if (!good) throw error; // the look is made again
    return good.version;
  }
}

/** Opens the alert about a pause that lasts longer than was meant; each look sees it once more. */
async function tellOfPause(
  { sql, clock, alertChannels: channels }: ActivityDeps,
  rollout: Rollout,
): Promise<void> {
  if (rollout.paused) await openAlert(sql, pauseAlert(rollout, rollout.paused), { channels, nowMs: clock() });
}

/** Begins a rollout by the settings as they are now. A repeated call returns the one that began first. */
async function start(
  { sql }: ActivityDeps,
  planRequest: RolloutPlanRequest,
  { by, ...about }: Pick<Rollout, "id" | "cycleId" | "replayed" | "why"> & { by: string },
): Promise<void> {
  const { model: { name: model }, champion, asOf } = planRequest;
  const plan = await planRollout(sql, planRequest);
  const { challengers } = plan;
  const shares = await firstShares(plan);
  const began = { asOf, beganBy: by, ...about };
  await beginRollout(sql, { model, champion: champion.version, challengers, plan, shares, ...began });
}

/** Lets every version of the rollout answer for the population, and answers meet their outcomes. */
async function gatherAnswers(
  deps: ActivityDeps,
  { model, champion, challengers }: Rollout,
  asOfMs: number,
): Promise<void> {
  for (const version of [champion, ...challengers]) {
    await scorePopulation(deps, { model, version, asOfMs, champion });
  }
  await meetOutcomes(deps, { model, asOfMs });
}
