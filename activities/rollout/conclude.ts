import { closeAlert, closeAlertsOf, openAlert } from "../../src/db/alerts/alerts.ts";
import { settleCycle } from "../../src/db/cycles/cycles.ts";
import { getRollout, listLooks } from "../../src/db/rollouts/rollouts.ts";
import { endedAlert } from "../../src/rollout/ended_alert.ts";
import { pauseKey } from "../../src/rollout/pause_alert.ts";
import type { ActivityDeps } from "../deps.ts";
import { pruneVersions } from "../report.ts";

/** The outcome of the cycle whose version was rolled out. */
const OUTCOMES = {
  "promoted": "deployed",
  "rolled back": "rolled back",
  "held": "inconclusive",
  "superseded": "inconclusive",
} as const;

/** Writes down how a rollout ended: in its cycle, as an alert where a person should know, and lets old files go. */
export async function concludeRollout(
  deps: ActivityDeps,
  id: string,
): Promise<{ state: string; text: string }> {
  const { sql, clock, alertChannels: channels } = deps;
  const rollout = await getRollout(sql, id);
  const { model, state, endedWhy, cycleId } = rollout;
  const nowMs = clock();
  const text = endedWhy ?? "";
  await settleCycle(sql, cycleId, OUTCOMES[state as keyof typeof OUTCOMES], text);
  if (state === "promoted") {
    await closeAlertsOf(sql, model, { why: `${id} was promoted`, nowMs });
    await pruneVersions(deps, model);
  }
  await closeAlert(sql, pauseKey(id), { why: `the rollout was ${state}`, nowMs });
  const [last] = await listLooks(sql, id, 1);
  const alert = endedAlert(rollout, last ?? null);
  if (alert) await openAlert(sql, alert, { channels, nowMs });
  return { state, text };
}
