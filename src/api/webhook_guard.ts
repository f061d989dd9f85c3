import type { Context } from "hono";
import {
  isSigned,
  isSigningSender,
  SIGNATURES,
  type SigningSender,
  type WebhookSecrets,
} from "../security/webhook_signature.ts";
import type { Identified } from "./callers.ts";
import type { AppEnv } from "./deps.ts";
import { ApiFault } from "./problem.ts";

/** A request that its sender signed, and with which secret that can be checked. */
interface SignedRequest {
  sender: SigningSender;
  signature: string;
  secret: string;
}

/** Finds the signature of a request to `POST /events?preset=...`; null: it has to bring a key, as all others. */
export function signedRequest(c: Context<AppEnv>, secrets: WebhookSecrets): SignedRequest | null {
  const sender = c.req.query("preset") ?? "";
  if (c.req.path !== "/events" || !isSigningSender(sender)) return null;
  const secret = secrets[sender];
  const signature = c.req.header(SIGNATURES[sender].header);
  return secret === undefined || signature === undefined ? null : { sender, signature, secret };
}

/** Finds who sent what is signed: over the very bytes that were sent. Such a sender only sends events. */
export async function signer(
  c: Context<AppEnv>,
  { sender, signature, secret }: SignedRequest,
): Promise<Identified> {
  if (c.req.header("content-encoding")) {
    throw new ApiFault("media-type", "Send what is signed as it is, not packed");
  }
  const body = new Uint8Array(await c.req.arrayBuffer());
  if (isSigned(sender, { body, signature, secret })) {
    return { caller: { name: `${sender} webhook`, role: "operator", scopes: ["events:write"] } };
  }
  const told = `The signature in ${SIGNATURES[sender].header} does not fit the body`;
  return { unknown: { fault: "wrong-signature", refused: `the signature of ${sender} does not fit`, told } };
}
