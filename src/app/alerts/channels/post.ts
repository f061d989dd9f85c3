import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { orAborted } from "../../../core/deadline.ts";
import { allowedAddresses, type Resolve } from "./addresses.ts";
import { FinalDeliveryError } from "./channel.ts";

const TIMEOUT_MS = 10_000;
/** So much of an answer is read, and quoted where it is a refusal. */
const ANSWER_MAX = 200; // bytes

/** Where to post, and what is let through. */
export interface Receiver {
  url: string;
  allowPrivate?: boolean;
  timeoutMs?: number;
  resolve?: Resolve;
  /** certificates to trust besides the well-known ones, PEM */
  ca?: string;
}

/** What to post. */
export interface Message {
  /** JSON */
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** how often it was tried before: another address of the receiver is asked each time */
  attempts: number;
}

/**
 * Posts JSON. Redirects are not followed.
 * @throws {FinalDeliveryError} the receiver refuses it for good, or is at no public address; any other error: try again
 */
export async function postJson(receiver: Receiver, message: Message): Promise<void> {
  const { status, text } = await post(receiver, message);
  if (status >= 200 && status < 300) return;
  const reason = `the receiver answered ${status}${text ? `: ${text}` : ""}`;
  if (status >= 300 && status < 400) throw new FinalDeliveryError(`${reason}; redirects are not followed`);
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    throw new FinalDeliveryError(reason);
  }
  throw new Error(reason);
}

/** Connects to an address that was checked, under the name that was given: TLS checks the certificate against the name. */
async function post(receiver: Receiver, message: Message): Promise<{ status: number; text: string }> {
  const { allowPrivate = false, timeoutMs = TIMEOUT_MS, resolve, ca } = receiver;
  const { body, headers, attempts } = message;
  const url = new URL(receiver.url);
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const signal = AbortSignal.timeout(timeoutMs);
  const addresses = await orAborted(
    allowedAddresses(hostname, { allowPrivate, resolve }),
    signal,
    noAnswer,
  );
  const request = {
    method: "POST",
    host: addresses[attempts % addresses.length], // one that does not answer is not the only one tried
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
      ...headers,
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
