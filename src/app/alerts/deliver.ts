import type { Log } from "../../core/log.ts";
import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { messageOf } from "../../core/errors.ts";
import type { Database } from "../../db/connect.ts";
import { claimDelivery, noteAttempt } from "../../db/alerts/deliveries.ts";
import type { Delivery } from "../../alerts/alert.ts";
import { type Channels, FinalDeliveryError } from "./channels/channel.ts";

/** A receiver that is down over a weekend hears of everything on Monday; what is older than this is no news. */
export const GIVE_UP_AFTER_MS = 3 * 24 * 3_600_000;

/** A channel that does not settle has failed by then; its activity has a minute. */
const WITHIN_MS = 30_000;

/** The dependencies of deliveries. */
export interface DeliveryDeps {
  /** a channel has so long for one delivery; left out: 30 s */
  withinMs?: number;
  sql: Database;
  clock: Clock;
  channels: Channels;
  log: Log;
}

export interface DeliveryResult {
  state: "delivered" | "given up" | "settled before";
}

/** A delivery did not come through this time; trying again may work. */
class DeliveryError extends Error {
  override name = "DeliveryError";
}

/**
 * Sends one delivery and notes that it was sent. It is claimed first, so that no other process sends it meanwhile. A
 * process that dies after sending and before noting leaves it due: it is then sent again under the same id, by which a
 * receiver can tell the repetition.
 * @throws {DeliveryError} it did not come through, or another process is sending it: try again
 * @throws {NotFoundError} there is no such delivery
 */
export async function deliver(deps: DeliveryDeps, id: string): Promise<DeliveryResult> {
  const { sql, clock } = deps;
  const { mine, delivery } = await claimDelivery(sql, id, clock());
  if (delivery.deliveredAt ?? delivery.givenUpAt) return { state: "settled before" };
  if (!mine) throw new DeliveryError(`Cannot deliver ${id}: another process is sending it`);
  const failure = await sent(deps, delivery);
  const nowMs = clock();
  const giveUp = failure !== null &&
    (failure.final || nowMs - Date.parse(delivery.createdAt) >= GIVE_UP_AFTER_MS);
  await noteAttempt(sql, id, { error: failure?.text ?? null, giveUp, nowMs });
  if (failure === null) return { state: "delivered" };
  if (!giveUp) throw new DeliveryError(`Cannot deliver ${id}: ${failure.text}`);
  deps.log(`Gave up telling of alert ${delivery.alertId} over ${delivery.channel}: ${failure.text}`);
  return { state: "given up" };
}

const ERROR_MAX = 500; // characters

/** @returns null: it was sent; else why not, and whether trying again is of no use */
async function sent(
  { channels, withinMs = WITHIN_MS }: DeliveryDeps,
  delivery: Delivery,
): Promise<{ text: string; final: boolean } | null> {
  const channel = channels.get(delivery.channel);
  if (!channel) return { text: `the channel "${delivery.channel}" is no longer configured`, final: true };
  try {
    const late = () => new Error(`the channel has not sent it within ${withinMs / 1000} s`);
    await withDeadline(Promise.resolve(channel.send(delivery)), withinMs, late);
    return null;
  } catch (error) {
    return { text: messageOf(error).slice(0, ERROR_MAX), final: error instanceof FinalDeliveryError };
  }
}
