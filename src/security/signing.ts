import { Buffer } from "node:buffer";
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { sha256 } from "../core/hash.ts";

/** Signs what this installation makes, and knows whose signatures it trusts. */
export interface SigningKeys {
  /** the key that signs now, by its id */
  readonly keyId: string;
  /** Signs a text. @returns `<key id>.<signature>` */
  sign(text: string): string;
  /** Tells whose signature it is: of a trusted key over this text, of nobody we know, or missing. */
  check(text: string, signature: string | null): "valid" | "unsigned" | "foreign";
}

/** Makes a new Ed25519 key. @returns it as PKCS #8 PEM */
export function newSigningKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Returns the public half of a key as one line, as it is kept among those that are trusted. */
export const publicLine = (privatePem: string): string =>
  createPublicKey(createPrivateKey(privatePem)).export({ type: "spki", format: "der" }).toString("base64");

const idOf = (publicKey: KeyObject): string =>
  sha256(publicKey.export({ type: "spki", format: "der" })).slice(0, 16);

/**
 * Opens the keys of an installation.
 * @param keys.trusted public keys that signed before, one line each, as `publicLine()` writes them
 * @param keys.newer asked when a signature is of a key that is not known: public keys that were made since
 * @throws {TypeError} one of them is no Ed25519 key
 */
export function openSigningKeys(
  { privatePem, trusted, newer = () => [] }: {
    privatePem: string;
    trusted: readonly string[];
    newer?: () => readonly string[];
  },
): SigningKeys {
  const privateKey = createPrivateKey(privatePem);
  if (privateKey.asymmetricKeyType !== "ed25519") throw new TypeError("Cannot sign: need an Ed25519 key");
  const own = createPublicKey(privateKey);
  const known = new Map<string, KeyObject>();
  const trust = (keys: readonly KeyObject[]) => keys.forEach((key) => known.set(idOf(key), key));
  trust([own, ...trusted.map(publicKeyOf)]);
  const keyId = idOf(own);
  return {
    keyId,
    sign: (text) =>
      `${keyId}.${sign(null, new TextEncoder().encode(text), privateKey).toString("base64url")}`,
    check(text, signature) {
      if (signature === null) return "unsigned";
      const [id, value] = signature.split(".");
      if (!known.has(id)) trust(newer().map(publicKeyOf));
      const key = known.get(id);
      if (!key || value === undefined) return "foreign";
      const bytes = new TextEncoder().encode(text);
      return verify(null, bytes, key, Uint8Array.from(Buffer.from(value, "base64url"))) ? "valid" : "foreign";
    },
  };
}

const publicKeyOf = (line: string): KeyObject =>
  createPublicKey({ key: Buffer.from(line, "base64"), format: "der", type: "spki" });
