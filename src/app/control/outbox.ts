import { messageOf } from "../../core/errors.ts";
import {
  addMessage,
  messageFailed,
  messageSent,
  type OutboxMessage,
  pruneOutbox,
  takeMessage,
  targetsWaiting,
} from "../../db/access/outbox.ts";
import { type AuditEntry, writeAudit } from "../../db/access/audit.ts";
import { type Database, inTransaction, type Sql } from "../../db/connect.ts";

/** How the attempt to send one message ended: `again`: nothing is wrong with it, whoever should hear it is away. */
export type Sending = { kind: "sent" } | { kind: "again" | "refused"; error: unknown };

/** Sends one message to its workflow. Never throws. */
export type Send = (message: OutboxMessage) => Promise<Sending>;

/** After so many refusals a message is given up, and an alert says so. */
const ATTEMPTS_MAX = 10;
const TARGETS_AT_ONCE = 50;
const ERROR_LENGTH_MAX = 500;

/** Writes a change and the message that carries it out down together, once per request. */
export async function recordChange(
  tx: Sql,
  { audit, target, message }: { audit: AuditEntry; target: string; message: unknown },
): Promise<void> {
  await writeAudit(tx, audit);
  await addMessage(tx, { key: audit.requestId, target, message });
}

/** Sends what waits for one workflow, oldest first, until one cannot be sent. @returns whether none waits any more */
export async function sendWaiting(sql: Database, send: Send, target: string): Promise<boolean> {
  while (true) {
    const state = await inTransaction(sql, (tx) => sendOldest(tx, send, target));
    if (state !== "sent") return state === "none";
  }
}

async function sendOldest(tx: Sql, send: Send, target: string): Promise<"none" | "sent" | "kept"> {
  const message = await takeMessage(tx, target);
  if (message === null) return "none";
  const sending = await send(message);
  if (sending.kind === "sent") {
    await messageSent(tx, message.id);
    return "sent";
  }
  await messageFailed(tx, message.id, {
    error: messageOf(sending.error).replaceAll("\0", "").slice(0, ERROR_LENGTH_MAX),
    counts: sending.kind === "refused",
    attemptsMax: ATTEMPTS_MAX,
  });
  return "kept";
}

/** Sends everything that waits: what a process left behind that died between writing and sending. */
export async function sendAllWaiting(sql: Database, send: Send): Promise<void> {
  for (const target of await targetsWaiting(sql, { limit: TARGETS_AT_ONCE })) {
    await sendWaiting(sql, send, target);
  }
  await pruneOutbox(sql);
}
