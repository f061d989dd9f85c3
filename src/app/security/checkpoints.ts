import { brokenText } from "../../format/audit_text.ts";
import { messageOf } from "../../core/errors.ts";
import { closeAlert, isAlertOpen, openAlert } from "../../db/alerts/alerts.ts";
import type { Database } from "../../db/connect.ts";
import type { SigningKeys } from "../../security/signing.ts";
import type { DeliveryDeps } from "../alerts/deliver.ts";
import { checkpointAudit, readKept, verifyAudit } from "./audit_chain.ts";

const VERIFY_EVERY_MS = 24 * 3_600_000;

const BROKEN_KEY = "audit/broken";

interface CheckpointDeps extends DeliveryDeps {
  signing: SigningKeys;
  home: string;
}

/**
 * Returns what signs the newest link of the audit, writes it to the log and sends it to the webhook: who rewrites the
 * database later cannot take those back. At the first call, and once a day, the whole chain is computed again first, and
 * a break is a critical alert.
 */
export function createCheckpoints(deps: CheckpointDeps): () => Promise<void> {
  let last = 0;
  let verifiedMs: number | null = null;
  return async () => {
    const nowMs = deps.clock();
    if (verifiedMs === null || nowMs - verifiedMs >= VERIFY_EVERY_MS) {
      verifiedMs = nowMs;
      await verifyAndTell(deps, nowMs);
    }
    const checkpoint = await checkpointAudit(deps.sql, { ...deps, last });
    if (checkpoint === null) return;
    last = checkpoint.link;
    const { link, hash, signature } = checkpoint;
    const title = `audit: link ${link} is ${hash}, signed ${signature}`;
    deps.log(title);
    await sendToWebhook(deps, { title, detail: { link, hash, signature }, nowMs });
  };
}

async function verifyAndTell(
  { sql, signing, home, channels, log }: CheckpointDeps,
  nowMs: number,
): Promise<void> {
  const { broken } = await verifyAudit(sql, signing, await readKept(home));
  if (broken === null) return await closeBroken(sql, nowMs);
  const title = `The audit was changed: ${brokenText(broken)}. ` +
    "Whoever did this could write to the database past Perennial: perennial audit verify";
  log(title);
  await openAlert(sql, {
    key: BROKEN_KEY,
    kind: "audit",
    model: null,
    severity: "critical",
    title,
    detail: broken,
  }, { channels: [...channels.keys()], nowMs });
}

/** As where the key that had signed a checkpoint was missing, and is back. */
async function closeBroken(sql: Database, nowMs: number): Promise<void> {
  if (!await isAlertOpen(sql, BROKEN_KEY)) return;
  await closeAlert(sql, BROKEN_KEY, { why: "every link was computed again and holds", nowMs });
}

/** Sends the head over the webhook alone: no person has to read it. One that does not arrive is followed by the next. */
async function sendToWebhook(
  { channels, log }: CheckpointDeps,
  { title, detail, nowMs }: { title: string; detail: Record<string, unknown>; nowMs: number },
): Promise<void> {
  const at = new Date(nowMs).toISOString();
  const body = {
    id: 0,
    key: "audit/head",
    kind: "audit" as const,
    model: null,
    severity: "info" as const,
    title,
    detail,
    openedAt: at,
    lastSeenAt: at,
    seen: 1,
    escalatedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    acknowledgedWhy: null,
    closedAt: null,
    closedWhy: null,
  };
  const about = { attempts: 1, lastError: null, createdAt: at, deliveredAt: null, givenUpAt: null };
  const delivery = {
    id: crypto.randomUUID(),
    alertId: 0,
    event: "opened" as const,
    channel: "webhook" as const,
  };
  try {
    await channels.get("webhook")?.send({ ...delivery, body, ...about });
  } catch (error) {
    log(`the head of the audit was not sent: ${messageOf(error)}`);
  }
}
