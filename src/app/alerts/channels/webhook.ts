import { orAborted } from "../../../core/deadline.ts";
import { createHmac } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { type Clock, systemClock } from "../../../core/clock.ts";
import type { Delivery } from "../../../alerts/alert.ts";
import { allowedAddresses, type Resolve } from "./addresses.ts";
import { type Channel, FinalDeliveryError } from "./channel.ts";

const TIMEOUT_MS = 10_000;
/** So much of an answer is read, and quoted where it is a refusal. */
const ANSWER_MAX = 200; // bytes

export interface WebhookOptions {
  url: string;
  secret: string;
  allowPrivate?: boolean;
  timeoutMs?: number;
  clock?: Clock;
  resolve?: Resolve;
  /** certificates to trust besides the well-known ones, PEM */
  ca?: string;
}

/**
 * Posts each delivery as JSON, signed. `X-Perennial-Delivery` is the delivery's id: the same at each attempt, so that a
 * receiver can tell a repetition. Redirects are not followed.
 */
export const webhookChannel = (options: WebhookOptions): Channel => ({
  name: "webhook",
  async send(delivery) {
    const { status, text } = await post(options, delivery);
    if (status >= 200 && status < 300) return;
    const reason = `the receiver answered ${status}${text ? `: ${text}` : ""}`;
    if (status >= 300 && status < 400) throw new FinalDeliveryError(`${reason}; redirects are not followed`);
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      throw new FinalDeliveryError(reason);
    }
    throw new Error(reason);
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
export const webhookBody = ({ id, event, createdAt, body }: Delivery): string =>
  JSON.stringify({ delivery: id, event, at: createdAt, alert: body });

/** Connects to an address that was checked, under the name that was given: TLS checks the certificate against the name. */
async function post(options: WebhookOptions, delivery: Delivery): Promise<{ status: number; text: string }> {
  const { secret, allowPrivate = false, timeoutMs = TIMEOUT_MS, clock = systemClock, resolve, ca } = options;
  const url = new URL(options.url);
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const signal = AbortSignal.timeout(timeoutMs);
  const addresses = await orAborted(
    allowedAddresses(hostname, { allowPrivate, resolve }),
    signal,
    noAnswer,
  );
  const body = webhookBody(delivery);
  const request = {
    method: "POST",
    host: addresses[delivery.attempts % addresses.length], // one that does not answer is not the only one tried
    port: url.port || (url.protocol === "https:" ? 443 : 80),
    path: url.pathname + url.search,
    ...isIP(hostname) ? {} : { servername: hostname }, // of an address, TLS checks the address
    ca,
    agent: false as const,
    headers: {
      Host: url.host,
      "Content-Type": "application/json",
      "Content-Length": String(new TextEncoder().encode(body).length),
      "User-Agent": "perennial",
      "X-Perennial-Delivery": delivery.id,
      "X-Perennial-Signature": signature(secret, body, Math.floor(clock() / 1000)),
    },
  };
  return await exchange(url.protocol === "https:" ? https : http, request, { body, signal });
}

function exchange(
  { request }: typeof http | typeof https,
  options: https.RequestOptions,
  { body, signal }: { body: string; signal: AbortSignal },
): Promise<{ status: number; text: string }> {
  return orAborted(
    new Promise((done, fail) => {
      const sending = request(options, (answer) => {
        let text = "";
        const end = () => {
          done({ status: answer.statusCode ?? 0, text: plain(text) });
          sending.destroy(); // however much the receiver still has to say
        };
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => {
          text += part;
          if (text.length >= ANSWER_MAX) end();
        });
        answer.on("end", end);
        answer.on("error", fail);
      });
      sending.on("error", fail);
      signal.addEventListener("abort", () => sending.destroy(), { once: true });
      sending.end(body);
    }),
    signal,
    noAnswer,
  );
}

const noAnswer = () => new Error("the receiver did not answer in time");

/** One line of text without control characters. */
// deno-lint-ignore no-control-regex -- they are what is taken out
const plain = (text: string) => text.slice(0, ANSWER_MAX).replaceAll(/[\s\u0000-\u001f\u007f]+/g, " ").trim();
