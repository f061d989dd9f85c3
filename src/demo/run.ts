import type { Client } from "@temporalio/client";
import type { Sql } from "../db/connect.ts";
import { listReplayScores } from "../db/cycles/replays.ts";
import { runningRollout } from "../db/rollouts/rollouts.ts";
import { checkAsOf, lookAsOf } from "../temporal/control_client.ts";

export interface ReplayRun {
  sql: Sql;
  client: Client;
  taskQueue: string;
  /** names the replay: the same data and protocol have the same name, and resume */
  replay: string;
  models: readonly string[];
  /** all cut-offs, and those at which policies are scored; ms since the epoch, oldest first */
  cutoffs: readonly number[];
  scored: readonly number[];
  onProgress: (progress: { done: number; of: number; cutoff: string; text: string }) => void;
  signal: AbortSignal;
}

/**
 * Replays history cut-off by cut-off through the production workflows: at each, a rollout that runs is
 * looked at, every model's retrainer checks as of that moment and runs the cycle it calls for; then the policies are scored. What a former run finished is skipped.
 */
export async function runReplay(run: ReplayRun): Promise<void> {
  // Calls still under way when this ends must end too: one that retries after its connection closed cannot be caught.
  const ended = new AbortController();
  try {
    await run.client.withAbortSignal(AbortSignal.any([run.signal, ended.signal]), () => replayAll(run));
  } finally {
    ended.abort(new Error("the replay has ended"));
  }
}

async function replayAll(run: ReplayRun): Promise<void> {
  const scores = await listReplayScores(run.sql, run.replay);
  const known = new Set(scores.map(({ model, cutoff }) => `${model} ${cutoff}`));
  const scored = new Set(run.scored);
  for (const [i, ms] of run.cutoffs.entries()) {
    run.signal.throwIfAborted();
    const cutoff = new Date(ms).toISOString();
    run.onProgress({ done: i, of: run.cutoffs.length, cutoff, text: "" });
    const models = run.models.filter((model) => !known.has(`${model} ${cutoff}`));
    const texts = await Promise.all(
      models.map((model) => replayOne(run, { model, cutoff, score: scored.has(ms) })),
    );
    run.onProgress({ done: i + 1, of: run.cutoffs.length, cutoff, text: texts.join(", ") });
  }
}

async function replayOne(
  { sql, client, taskQueue, replay }: ReplayRun,
  { model, cutoff, score }: { model: string; cutoff: string; score: boolean },
): Promise<string> {
  const rollout = await runningRollout(sql, model);
  if (rollout?.replayed) await lookAsOf(client, rollout.id, { asOf: cutoff, traffic: false });
  const { cycleId, outcome } = await checkAsOf(client, model, cutoff);
  if (score) {
    const day = cutoff.slice(0, 10);
    await client.workflow.execute("replayCutoff", {
      workflowId: `replay/${replay}/${model}/${day}`,
      workflowIdConflictPolicy: "USE_EXISTING",
      taskQueue,
      args: [{ replay, model, cutoff, cycleId: BEGAN.has(outcome) ? cycleId : null }],
      staticSummary: `What other policies would have served on ${day}`,
    });
  }
  return `${model} ${outcome}`;
}

/** Outcomes of a check that began a cycle. */
const BEGAN = new Set(["deployed", "rolling out", "rejected", "inconclusive", "failed", "cancelled"]);
