import { createHmac } from "node:crypto";
import { type Clock, systemClock } from "../../../core/clock.ts";
import type { Delivery } from "../../../alerts/alert.ts";
import type { Channel } from "./channel.ts";
import { postJson, type Receiver } from "./post.ts";

export interface WebhookOptions extends Receiver {
  secret: string;
  clock?: Clock;
}

/**
 * Posts each delivery as JSON, signed. `X-Perennial-Delivery` is the delivery's id: the same at each attempt, so that a
 * receiver can tell a repetition.
 */
export const webhookChannel = ({ secret, clock = systemClock, ...receiver }: WebhookOptions): Channel => ({
  name: "webhook",
  async send(delivery) {
    const body = webhookBody(delivery);
    const headers = {
      "X-Perennial-Delivery": delivery.id,
      "X-Perennial-Signature": signature(secret, body, Math.floor(clock() / 1000)),
    };
    await postJson(receiver, { body, headers, attempts: delivery.attempts });
  },
});

/**
 * The signature of a body: `t=<seconds since the epoch>,v1=<hex>` with HMAC-SHA256 under the secret over `<t>.<body>`.
 * A receiver computes the same, compares in constant time, and refuses a `t` that is long past.
 */
export function signature(secret: string, body: string, seconds: number): string {
  const hex = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${hex}`;
}

/** The body that is posted: the event, and the alert as it was then. */
const webhookBody = ({ id, event, createdAt, body }: Delivery): string =>
  JSON.stringify({ delivery: id, event, at: createdAt, alert: body });
