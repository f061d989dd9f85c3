import { ConflictError } from "../../core/errors.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";
import {
  addRollout,
  endRollout,
  findRollout,
  getRollout,
  type NewRollout,
  runningRollout,
  saveLook,
  saveStep,
} from "../../db/rollouts/rollouts.ts";
import {
  lockServing,
  moveServing,
  type ServingArm,
  servingVersion,
  shareServing,
  unshareServing,
} from "../../db/models/serving.ts";
import { setVersionState } from "../../db/models/versions.ts";
import type { RolloutDecision } from "../../rollout/decision.ts";
import type { RolloutEvidence } from "../../rollout/rollout_evidence.ts";
import type { ArmShare, RolloutPlan } from "../../rollout/plan.ts";
import type { Rollout } from "../../rollout/rollout.ts";

/** In a shadow rollout the challenger answers everyone, and nobody is shown its answers. */
const armsOf = ({ strategy }: RolloutPlan, shares: readonly ArmShare[]): ServingArm[] =>
  shares.map((arm) => ({ ...arm, shown: strategy !== "shadow" }));

/**
 * Begins a rollout: its challengers answer from now on. A rollout of the same model that runs gives way to it. A
 * repeated call returns the one that began first.
 * @throws {ConflictError} another version than the plan's champion serves
 */
export function beginRollout(
  sql: Sql,
  wanted: NewRollout,
): Promise<Rollout> {
  const { id, model, champion, plan, shares, beganBy, why, asOf } = wanted;
  return inTransaction(sql, async (tx) => {
    await lockServing(tx, model);
    const known = await findRollout(tx, id);
    if (known) return known;
    const serving = await servingVersion(tx, model);
    if (serving !== champion) {
      throw new ConflictError(`Cannot roll out "${model}": version ${serving} serves, not ${champion}`);
    }
    const before = await runningRollout(tx, model);
    if (before) {
      await setAside(tx, before, {
        state: "superseded",
        key: `${id}/instead`,
        by: id,
        why: `gave way to ${id}`,
        asOf,
      });
    }
    await addRollout(tx, wanted);
    const change = { model, champion, rollout: id, key: `${id}/begin`, by: beganBy, why, asOf };
    await shareServing(tx, { ...change, arms: armsOf(plan, shares) });
    return await getRollout(tx, id);
  });
}

/**
 * Does what a look decided, and writes the look down, in one transaction: all or nothing. A rollout that ended meanwhile
 * stays as it is; `key` makes it happen once.
 * @returns the rollout as it is afterwards
 */
export function applyDecision(
  sql: Sql,
  look: {
    rollout: Rollout;
    key: string;
    evidence: RolloutEvidence;
    decision: RolloutDecision;
    codeVersion: string;
    /** what serves after a roll-back in place of a champion whose file cannot be read */
    instead?: number | null;
  },
): Promise<Rollout> {
  const { rollout: { id, model }, key, evidence, decision, codeVersion, instead = null } = look;
  return inTransaction(sql, async (tx) => {
    await lockServing(tx, model);
    const now = await getRollout(tx, id);
    if (now.state !== "running" || isPausedSince(now, look)) return now;
    const { step, shares } = now;
    await saveLook(tx, {
      rollout: id,
      key,
      asOf: evidence.asOf,
      step,
      shares,
      evidence,
      decision,
      codeVersion,
    });
    await act(tx, now, { key: `${id}/${key}`, asOf: evidence.asOf, decision, instead });
    return await getRollout(tx, id);
  });
}

/** Whether a person paused a rollout after the evidence was gathered: what it decided then, the next look decides again. */
const isPausedSince = (
  now: Rollout,
  { evidence, decision }: { evidence: RolloutEvidence; decision: RolloutDecision },
) =>
  now.paused !== null && !evidence.paused && decision.kind !== "roll back" &&
  decision.kind !== "keep collecting";

interface Act {
  key: string;
  asOf: string;
  decision: RolloutDecision;
  instead: number | null;
}

async function act(tx: Sql, rollout: Rollout, { key, asOf, decision, instead }: Act): Promise<void> {
  const { id, model, champion, plan, cycleId } = rollout;
  const by = id;
  const why = decision.text;
  switch (decision.kind) {
    case "keep collecting":
    case "paused":
      return;
    case "go on": {
      const { step, shares } = decision;
      const arms = armsOf(plan, shares);
      await shareServing(tx, { model, champion, rollout: id, arms, key, by, why, asOf });
      return await saveStep(tx, { id, step, shares, asOf });
    }
    case "promote": {
      const { version } = decision;
      const move = { model, version, expected: champion, kind: "deploy" as const, by, why, asOf };
      return void await moveServing(tx, { ...move, key: version === plan.challengers[0] ? cycleId : id });
    }
    case "roll back": {
      await takeBack(tx, rollout, { key, by, why, asOf });
      if (instead === null) return;
      const unread = `${why}; the file of version ${champion} cannot be read`;
      const move = { model, version: instead, expected: champion, kind: "roll back" as const, by, asOf };
      return void await moveServing(tx, { ...move, key: `${key}/instead`, why: unread });
    }
    case "hold":
      return await setAside(tx, rollout, { state: "held", key, by, why, asOf });
    default:
      return decision satisfies never;
  }
}

interface Ending {
  key: string;
  by: string;
  why: string;
  asOf: string;
}

/** Takes a challenger back that did harm, or that a person does not want: it is not served again by itself. */
export async function takeBack(tx: Sql, rollout: Rollout, ending: Ending): Promise<void> {
  const { id, model, champion, challengers: [challenger] } = rollout;
  await unshareServing(tx, { model, champion, challenger, rollout: id, ...ending });
  await setVersionState(tx, model, challenger, "rejected");
  await endRollout(tx, { id, state: "rolled back", why: ending.why });
}

/** Gives everyone the champion again, without a word against the challenger. */
async function setAside(
  tx: Sql,
  { id, model, champion }: Rollout,
  { state, ...ending }: Ending & { state: "held" | "superseded" },
): Promise<void> {
  await shareServing(tx, { model, champion, rollout: id, arms: [], ...ending });
  await endRollout(tx, { id, state, why: ending.why });
}
