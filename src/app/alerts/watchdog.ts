import { MINUTE_MS } from "../../core/time.ts";
import { messageOf } from "../../core/errors.ts";
import { escalateAlerts } from "../../db/alerts/alerts.ts";
import { dueDeliveries } from "../../db/alerts/deliveries.ts";
import { lastSent, unsentMessages } from "../../db/access/outbox.ts";
import { listRetrainers } from "../../db/cycles/retrainers.ts";
import { listWorkers } from "../../db/cycles/workers.ts";
import { deliver, type DeliveryDeps } from "./deliver.ts";
import { settleAlerts } from "./settle.ts";
import { hasLiveWorker, healthAlerts, UNSENT_AFTER_MS } from "../../alerts/health_checks.ts";

/** Health checks farther apart than this mean that this process slept: it then watches anew. */
const GAP_MS = 3 * MINUTE_MS;
/** The time that a living worker has to send by itself: before an attempt, and after one (it may wait 30 min). */
const WITH_WORKER = { untriedMs: 5 * MINUTE_MS, triedMs: 40 * MINUTE_MS };
/** Without a worker nobody else sends. */
const WITHOUT_WORKER = { untriedMs: 0, triedMs: 5 * MINUTE_MS };
/** Most deliveries of one health check, one after the other. */
const DELIVERIES_MAX = 20;

/**
 * Watches what a worker cannot say of itself: that it is dead, or that checks do not begin. To be called every minute by
 * a process that is no worker. It also escalates, and sends what no worker has sent. Several processes may watch at
 * once. A call while the one before still runs does nothing.
 */
export function createWatchdog(deps: DeliveryDeps): () => Promise<void> {
  const { clock } = deps;
  let sinceMs = clock();
  let lastMs = clock();
  let busy = false;
  return async () => {
    if (busy) return;
    busy = true;
    const nowMs = clock();
    if (nowMs - lastMs > GAP_MS) sinceMs = nowMs;
    lastMs = nowMs;
    try {
      await checkHealth(deps, { nowMs, sinceMs });
    } finally {
      busy = false;
    }
  };
}

async function checkHealth(
  deps: DeliveryDeps,
  { nowMs, sinceMs }: { nowMs: number; sinceMs: number },
): Promise<void> {
  const { sql } = deps;
  const notify = { channels: [...deps.channels.keys()], nowMs };
  const [retrainers, workers, unsent, sent] = await Promise.all([
    listRetrainers(sql),
    listWorkers(sql),
    unsentMessages(sql, { beforeMs: nowMs - UNSENT_AFTER_MS }),
    lastSent(sql),
  ]);
  const health = { retrainers, workers, unsent, lastSent: sent, nowMs, sinceMs };
  for (const settlement of healthAlerts(health)) {
    await settleAlerts(sql, settlement, notify);
  }
  await escalateAlerts(sql, notify);
  const patience = hasLiveWorker({ workers, nowMs }) ? WITH_WORKER : WITHOUT_WORKER;
  for (const id of await dueDeliveries(sql, { nowMs, ...patience, limit: DELIVERIES_MAX })) {
    await deliver(deps, id).catch((error) => deps.log(messageOf(error)));
  }
}
