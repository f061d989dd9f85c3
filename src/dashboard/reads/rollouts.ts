import { type ReadLook, rolloutLooks } from "../../app/reports/rollout_looks.ts";
import type { Sql } from "../../db/connect.ts";
import { servingChanges } from "../../db/models/serving.ts";
import { type Approval, listApprovals } from "../../db/rollouts/approvals.ts";
import { findRollout, listLooks, listRollouts } from "../../db/rollouts/rollouts.ts";
import type { ServingMove } from "../../registry/version.ts";
import { planText } from "../../rollout/plan_text.ts";
import type { Rollout } from "../../rollout/rollout.ts";
import type { DashboardDeps } from "../deps.ts";

/** A rollout with all that happened in it. */
export interface RolloutStory {
  rollout: Rollout;
  /** what it goes by, a sentence a line */
  plan: string[];
  /** the newest ones, oldest first */
  looks: ReadLook[];
  /** each change of what serves that it brought, oldest first */
  moves: ServingMove[];
}

/** Reads for the pages about rollouts. */
export interface RolloutReads {
  /** the newest ones: running ones first, then newest first */
  rollouts(): Promise<Rollout[]>;
  /** null: there is no such rollout */
  rollout(id: string): Promise<RolloutStory | null>;
  /** what waits for a person, newest first */
  approvals(): Promise<Approval[]>;
}

const ROLLOUTS_SHOWN = 200;
const LOOKS_SHOWN = 200;

/** Answers them from Postgres. */
export const rolloutReads = ({ sql }: DashboardDeps): RolloutReads => ({
  async rollouts() {
    const all = await listRollouts(sql, { limit: ROLLOUTS_SHOWN });
    const running = all.filter((rollout) => rollout.endedAt === null);
    const ended = all.filter((rollout) => rollout.endedAt !== null);
    return [...running, ...ended];
  },
  rollout: (id) => readRollout(sql, id),
  approvals: () => listApprovals(sql),
});

async function readRollout(sql: Sql, id: string): Promise<RolloutStory | null> {
  const rollout = await findRollout(sql, id);
  if (!rollout) return null;
  const [looks, changes] = await Promise.all([
    listLooks(sql, id, LOOKS_SHOWN),
    servingChanges(sql, rollout.model),
  ]);
  return {
    rollout,
    plan: planText(rollout.plan).split("\n"),
    looks: (await rolloutLooks(rollout, looks)).toReversed(),
    moves: changes.filter((move) => move.rollout === id).toReversed(),
  };
}
