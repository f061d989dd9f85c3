import { createHmac, timingSafeEqual } from "node:crypto";

/** How a sender signs the bytes of a request. */
interface SignatureScheme {
  /** header that holds the signature */
  readonly header: string;
  readonly hash: "sha1" | "sha256";
  readonly encoding: "hex" | "base64";
}

/** Senders that sign what they post, as each of them documents it. */
export const SIGNATURES = {
  shopify: { header: "x-shopify-hmac-sha256", hash: "sha256", encoding: "base64" },
  segment: { header: "x-signature", hash: "sha1", encoding: "hex" },
  woocommerce: { header: "x-wc-webhook-signature", hash: "sha256", encoding: "base64" },
} as const satisfies Readonly<Record<string, SignatureScheme>>;

/** A sender that signs. */
export type SigningSender = keyof typeof SIGNATURES;
/** The secrets shared with senders; left out: requests of that sender need a key as all others. */
export type WebhookSecrets = Readonly<Partial<Record<SigningSender, string>>>;

/** The sender of a name, where it is one that signs. */
export const isSigningSender = (name: string): name is SigningSender => Object.hasOwn(SIGNATURES, name);

/**
 * Whether a signature is that of these bytes. It is compared in constant time: how long that takes tells nothing of how
 * much of it was right.
 */
export function isSigned(
  sender: SigningSender,
  { body, signature, secret }: { body: Uint8Array; signature: string; secret: string },
): boolean {
  const { hash, encoding } = SIGNATURES[sender];
  const wanted = createHmac(hash, secret).update(body).digest();
  const given = new Uint8Array(wanted.length);
  const sent = decoded(signature.trim(), encoding);
  given.set(sent.subarray(0, given.length));
  return timingSafeEqual(wanted, given) && sent.length === wanted.length;
}

function decoded(text: string, encoding: "hex" | "base64"): Uint8Array {
  if (encoding === "hex") {
    return /^([0-9a-f]{2})*$/i.test(text)
      ? Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
      : new Uint8Array();
  }
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
