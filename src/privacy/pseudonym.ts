import { createHmac } from "node:crypto";

/**
 * Gives the keyed hash of a shopper's id: the same text, the same uuid. The table `people` leads from it to the shopper's
 * random key, and nothing else is kept under it.
 */
export interface Pseudonym {
  (user: string): string;
  /** how many secrets it is made with, one over the other; left out: one */
  readonly layers?: number;
  /** the hash without the newest secret; left out: there is one secret only */
  readonly older?: (user: string) => string;
}

const REMEMBERED_MAX = 50_000; // shoppers; kept in memory only

/**
 * Makes pseudonyms: the first 16 bytes of HMAC-SHA256 of the shopper's id under `secret`, as a version 8 uuid
 * (122 bits of it stay). Without the secret no pseudonym can be traced back by trying ids.
 * A number and its text are the same shopper: callers pass `String(id)`.
 * @throws {RangeError} the secret is shorter than 16 characters
 */
export function createPseudonymizer(secret: string): Pseudonym {
  if (secret.length < 16) throw new RangeError(`Cannot make pseudonyms: need a secret >= 16 characters`);
  const remembered = new Map<string, string>();
  return (user) => {
    const known = remembered.get(user);
    if (known !== undefined) return known;
    const pseudonym = asUuid(createHmac("sha256", secret).update(user).digest());
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(user, pseudonym);
    return pseudonym;
  };
}

/**
 * Lays secrets over each other: the hash by the first one is hashed with the second, and so on. So a rotation can hash what
 * is stored again, without knowing an id, and whoever lacks the newest secret can trace nothing.
 * @param secrets oldest first, at least one
 */
export function layered(secrets: readonly string[]): Pseudonym {
  const [first, ...rest] = secrets.map(createPseudonymizer);
  if (rest.length === 0) return first;
  const by = (layers: readonly Pseudonym[]) => (user: string) =>
    layers.reduce((hash, layer) => layer(hash), first(user));
  return Object.assign(by(rest), { layers: secrets.length, older: by(rest.slice(0, -1)) });
}

/**
 * Gives the pseudonyms of an installation that also holds data whose pseudonyms were made with a secret that everybody
 * knows: shoppers of those data keep them, everybody else gets one of the installation's own.
 * @param isKnown whether a pseudonym made with the public secret is one of those data's
 */
export const besidePublic = (
  own: Pseudonym,
  { made, isKnown }: { made: Pseudonym; isKnown: (key: string) => boolean },
): Pseudonym =>
  Object.assign((user: string) => {
    const key = made(user);
    return isKnown(key) ? key : own(user);
  }, { layers: own.layers, older: own.older });

function asUuid(bytes: Uint8Array): string {
  const b = bytes.slice(0, 16);
  b[6] = (b[6] & 0x0f) | 0x80; // version 8: the rest is ours (RFC 9562)
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
