/** Keys and streams of secret bytes. All follow from one root per participant, so that a repeated step gives the same bytes. */

const text = new TextEncoder();
type Bytes = Uint8Array<ArrayBuffer>;

/** 32 bytes that follow from a secret and a purpose, and tell nothing of either (HKDF with SHA-256). */
export async function derive(secret: Bytes, purpose: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: text.encode(purpose) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

/** So many bytes of the stream of a seed of 32 bytes (AES-256 in counter mode); a seed is used for one stream. */
export async function stream(seed: Bytes, length: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", seed, "AES-CTR", false, ["encrypt"]);
  const how = { name: "AES-CTR", counter: new Uint8Array(16), length: 64 };
  return new Uint8Array(await crypto.subtle.encrypt(how, key, new Uint8Array(length)));
}

/** Uniform numbers modulo 2^64 from a seed. */
export async function uniformWords(seed: Bytes, count: number): Promise<BigUint64Array<ArrayBuffer>> {
  return new BigUint64Array((await stream(seed, count * 8)).buffer);
}

/** Uniform numbers in [0, 1), of 53 bits each, from a seed. */
export async function uniformNumbers(seed: Bytes, count: number): Promise<Float64Array> {
  return Float64Array.from(await uniformWords(seed, count), (word) => Number(word >> 11n) / 2 ** 53);
}

/** A secret number, 32 bytes, as the private half of an X25519 key pair. */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);
const X25519 = { name: "X25519" };
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

/** The public half of the X25519 key pair with this private half. */
export const publicKeyOf = (secret: Bytes): Promise<Bytes> => agree(secret, BASE_POINT);

/** The secret that two share: each computes it from the own private half and the other's public one (RFC 7748). */
export async function agree(secret: Bytes, other: Bytes): Promise<Bytes> {
  const own = await crypto.subtle.importKey("pkcs8", Uint8Array.of(...PKCS8, ...secret), X25519, false, [
    "deriveBits",
  ]);
  const theirs = await crypto.subtle.importKey("raw", other, X25519, false, []);
  return new Uint8Array(await crypto.subtle.deriveBits({ ...X25519, public: theirs }, own, 256));
}

/** A key encrypts one message only, so that its counter may begin at zero. */
const ONCE = { name: "AES-GCM", iv: new Uint8Array(12) };

/** Encrypts a message by a key that is used for this message alone. */
export async function seal(key: Bytes, message: Bytes): Promise<Bytes> {
  const own = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt(ONCE, own, message));
}

/** The inverse of {@link seal}. @throws {DOMException} the message was changed, or sealed by another key */
export async function open(key: Bytes, sealed: Bytes): Promise<Bytes> {
  const own = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await crypto.subtle.decrypt(ONCE, own, sealed));
}
