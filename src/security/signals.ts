import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "../core/hash.ts";
import { DAY_MS, MINUTE_MS } from "../core/time.ts";

/** Longest time between signing a signal and hearing it: a worker may have been away for days. */
export const SIGNATURE_VALID_MS = 7 * DAY_MS;
const CLOCKS_DIFFER_MS = 5 * MINUTE_MS;

/** The proof that Perennial itself sent something to a workflow, and when. */
export interface Signature {
  signedAt: string;
  signature: string;
}

/** What a signature covers: the workflow, the name of the signal, and everything that it says. */
export interface SignedContent {
  workflow: string;
  name: string;
  content: Readonly<Record<string, unknown>>;
}

/** Signs what is sent to a workflow. */
export type Sign = (signed: SignedContent) => Signature;

/** How a signature turned out. */
export type SignatureState = "valid" | "none" | "wrong" | "stale";

/** Derives the key that signals are signed with from the secret of an installation; Temporal never sees it. */
export const signalKey = (secret: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", secret, "perennial", "signals to workflows", 32));

/** Returns what signs with a key, at the moments that the clock tells. */
export const createSign = (key: Uint8Array, clock: () => number): Sign => (signed) => {
  const signedAt = new Date(clock()).toISOString();
  return { signedAt, signature: macOf(key, signed, signedAt) };
};

/** Tells whether a signature belongs to what was sent and is neither old nor of the future. */
export function checkSignature(
  key: Uint8Array,
  signed: SignedContent,
  { signedAt, signature, nowMs }: { signedAt: unknown; signature: unknown; nowMs: number },
): SignatureState {
  if (signature === undefined || signature === null || signature === "") return "none";
  if (typeof signature !== "string" || typeof signedAt !== "string") return "wrong";
  const expected = new TextEncoder().encode(macOf(key, signed, signedAt));
  const given = new TextEncoder().encode(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "wrong";
  const ageMs = nowMs - Date.parse(signedAt);
  return ageMs <= SIGNATURE_VALID_MS && ageMs >= -CLOCKS_DIFFER_MS ? "valid" : "stale";
}

function macOf(key: Uint8Array, { workflow, name, content }: SignedContent, signedAt: string): string {
  const text = canonicalJson(["perennial 1", workflow, name, content, signedAt]);
  return createHmac("sha256", key).update(text).digest("base64url");
}
