import { z } from "zod";
import { type Send, sendWaiting } from "../app/control/outbox.ts";
import { dropScope, scopeOf } from "../db/backtests/scopes.ts";
import { endBacktest, getBacktest } from "../db/backtests/backtests.ts";
import { messageOf } from "../core/errors.ts";
import { isSent } from "../db/access/outbox.ts";
import type { HandRollout } from "../temporal/control.ts";
import { withDeadline } from "../core/deadline.ts";
import type { ApiDeps } from "./deps.ts";
import { SIGNAL_WITHIN_MS, temporalAnswers } from "./reaching.ts";

const Change = z.object({ requestId: z.string(), by: z.string(), why: z.string() });

/** A message of the outbox: what a person asked a workflow for. */
const ControlMessage = z.discriminatedUnion("action", [
  z.object({ action: z.enum(["start", "force"]), model: z.string(), change: Change }),
  z.object({ action: z.literal("check"), model: z.string(), change: Change }),
  z.object({
    action: z.literal("stop"),
    model: z.string(),
    change: Change.extend({ running: z.enum(["finish", "cancel"]) }),
  }),
  z.object({ action: z.literal("begin rollout"), wanted: z.custom<HandRollout>() }),
  z.object({ action: z.literal("start backtest"), backtest: z.string() }),
  z.object({ action: z.literal("cancel backtest"), backtest: z.string() }),
  z.object({
    action: z.literal("privacy request"),
    request: z.string(),
    kind: z.enum(["erasure", "objection"]),
  }),
]);
export type ControlMessage = z.infer<typeof ControlMessage>;

/** Returns what sends messages of the outbox to their workflows. */
export function senderOf({ sql, control }: Pick<ApiDeps, "sql" | "control">): Send {
  return async ({ message }) => {
    try {
      const late = () => new Error("Temporal did not answer in time");
      const sending = carryOut({ sql, control }, ControlMessage.parse(message));
      await withDeadline(sending, SIGNAL_WITHIN_MS, late);
      return { kind: "sent" };
    } catch (error) {
      return { kind: await temporalAnswers(control) ? "refused" : "again", error };
    }
  };
}

async function carryOut(deps: Pick<ApiDeps, "sql" | "control">, message: ControlMessage): Promise<void> {
  const { control } = deps;
  switch (message.action) {
    case "start":
    case "force":
      return await control[message.action](message.model, message.change);
    case "check":
      return await control.checkSoon(message.model, message.change);
    case "stop":
      return await control.stop(message.model, message.change);
    case "begin rollout":
      return await control.beginRollout(message.wanted);
    case "start backtest":
      return await control.startBacktest(message.backtest);
    case "cancel backtest":
      return await cancelBacktest(deps, message.backtest);
    case "privacy request":
      return await control.startPrivacyRequest(message);
  }
}

/** Cancels a backtest; one whose workflow is not there any more is ended here. */
async function cancelBacktest({ sql, control }: Pick<ApiDeps, "sql" | "control">, id: string): Promise<void> {
  if (await control.cancelBacktest(id)) return;
  const { policies } = await getBacktest(sql, id);
  for (const index of policies.keys()) await dropScope(sql, scopeOf(id, index));
  const text = "its workflow was not there any more";
  await endBacktest(sql, id, { policy: "", state: "cancelled", text });
}

/**
 * Sends what was just written down. A message that cannot be sent now stays in the outbox, and is sent as soon as
 * Temporal answers. @returns whether all of them were sent
 */
export async function sendNow(
  { sql, control, log }: Pick<ApiDeps, "sql" | "control" | "log">,
  messages: readonly { key: string; target: string }[],
): Promise<boolean> {
  const send = senderOf({ sql, control });
  let all = true;
  for (const { key, target } of messages) {
    try {
      await sendWaiting(sql, send, target);
      if (await isSent(sql, key)) continue;
      log(`${target} was not told yet; it is as soon as Temporal answers`);
    } catch (error) {
      log(`${target} was not told yet: ${messageOf(error)}`);
    }
    all = false;
    if (!await temporalAnswers(control)) return false; // the others would wait in vain, one after the other
  }
  return all;
}
