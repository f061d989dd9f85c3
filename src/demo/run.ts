/** Replays history as a backtest in which Perennial itself runs on what serves. */
import { setTimeout } from "node:timers/promises";
import type { Client } from "@temporalio/client";
import type { Backtest } from "../backtest/backtest.ts";
import { momentsOf } from "../backtest/plan.ts";
import { LABELS, replayPolicies } from "../backtest/replay.ts";
import {
  type BacktestRow,
  listBacktests,
  listEnds,
  listSteps,
  saveBacktest,
} from "../db/backtests/backtests.ts";
import { currentConfig } from "../db/config/config_versions.ts";
import type { Sql } from "../db/connect.ts";
import { stateWord } from "../format/state_words.ts";
import { eventSpan } from "../db/events/day_counts.ts";
import { ensureBacktest } from "../temporal/control_client.ts";
import type { ReplayProtocol } from "./protocol.ts";

interface ReplayRun {
  sql: Sql;
  client: Client;
  taskQueue: string;
  /** names the replay: the same data and protocol have the same name, and resume */
  replay: string;
  models: readonly string[];
  protocol: Pick<ReplayProtocol, "first" | "last" | "stepDays">;
  onProgress: (progress: ReplayProgress) => void;
  signal: AbortSignal;
}

/** How far a replay is. */
export interface ReplayProgress {
  /** steps: a policy, a model, a cut-off */
  done: number;
  of: number;
  /** what Perennial came to last */
  text: string;
}

const POLL_MS = 500;
const ATTEMPTS_MAX = 1000;

/**
 * Replays history under all policies, and waits until that has ended. What a former run finished is not done again.
 * @throws {Error} a policy failed, or a person cancelled the replay
 */
export async function runReplay(run: ReplayRun): Promise<Backtest> {
  const { sql, client, taskQueue, onProgress, signal } = run;
  const backtest = await openReplay(run);
  const { id } = backtest;
  if (backtest.state === "running") await ensureBacktest(client, { id, taskQueue });
  while (true) {
    const [row] = await listBacktests(sql, { id });
    onProgress(await progressOf(sql, row));
    if (row.state !== "running") break;
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  const lost = (await listEnds(sql, id)).find(({ state }) => state !== "finished");
  if (!lost) return backtest;
  throw new Error(
    `Cannot finish the replay: ${
      lost.policy || "it"
    } ${lost.state}, ${lost.text}; the next start tries again`,
  );
}

/** Finds the replay that a former run began, or writes a new one down where there is none that can go on. */
async function openReplay(run: ReplayRun): Promise<BacktestRow> {
  const { sql, replay } = run;
  const all = await listBacktests(sql, { limit: ATTEMPTS_MAX });
  const attempts = all.filter(({ id }) => id === replay || id.startsWith(`${replay}-`));
  const [newest] = attempts;
  if (newest && await canGoOn(sql, newest)) return newest;
  const id = newest ? `${replay}-${attempts.length + 1}` : replay;
  await saveBacktest(sql, { id, ...await planOf(run) });
  const [begun] = await listBacktests(sql, { id });
  return begun;
}

const canGoOn = async (sql: Sql, { id }: BacktestRow): Promise<boolean> =>
  (await listEnds(sql, id)).every(({ state }) => state === "finished");

async function planOf({ sql, models, protocol }: ReplayRun): Promise<Omit<Backtest, "id" | "createdAt">> {
  const { first: from, last: to, stepDays } = protocol;
  const { config } = await currentConfig(sql);
  const moments = momentsOf(config, { models, span: await eventSpan(sql), from, to, stepDays });
  const why = "to compare ways of keeping a model on past data";
  return { models: [...models], policies: replayPolicies(), ...moments, config, by: "perennial demo", why };
}

async function progressOf(
  sql: Sql,
  { id, done, policies, models, moments }: BacktestRow,
): Promise<ReplayProgress> {
  const steps = await listSteps(sql, { backtest: id, policy: LABELS.perennial });
  const newest = steps.map(({ asOf }) => asOf).sort().at(-1);
  const outcomes = steps.filter(({ asOf }) => asOf === newest).map(({ model, outcome }) =>
    `${model} ${stateWord(outcome ?? "running")}`
  );
  const text = newest ? `${newest.slice(0, 10)} ${outcomes.join(", ")}` : "";
  return { done, of: policies.length * models.length * moments.length, text };
}
