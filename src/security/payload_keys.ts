import { Buffer } from "node:buffer";
import { InvalidInputError } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";

const KEY_BYTES = 32;
const IV_BYTES = 12;

/** The keys under which Temporal holds what it holds of this installation. */
export interface PayloadKeys {
  /** of the key that encrypts; null: older keys are known, and nothing is encrypted anew */
  readonly keyId: string | null;
  /** of every key that decrypts */
  readonly ids: readonly string[];
  /** Encrypts under the current key. @throws {TypeError} there is none */
  encrypt(plain: Uint8Array): Promise<Uint8Array>;
  /** Decrypts. @throws {PayloadKeyError} the key is not known, or the bytes are not what it encrypted */
  decrypt(keyId: string, sealed: Uint8Array): Promise<Uint8Array>;
}

/** Something in Temporal cannot be read with the keys of this process. */
export class PayloadKeyError extends Error {
  override name = "PayloadKeyError";
}

/**
 * Opens the keys of payloads: AES-256-GCM, an initialisation vector of 12 random bytes before each ciphertext, the id of
 * the key authenticated with it.
 * @param keys.current 32 bytes as base64; left out: nothing is encrypted
 * @param keys.older keys that encrypted before, or will: they only decrypt
 * @returns null: there are no keys   @throws {InvalidInputError} one of them is no 32 bytes of base64
 */
export async function openPayloadKeys(
  { current, older = [] }: { current?: string; older?: readonly string[] },
): Promise<PayloadKeys | null> {
  if (current === undefined && older.length === 0) return null;
  const own = current === undefined ? null : await importKey(current, "PERENNIAL_TEMPORAL_PAYLOAD_KEY");
  const before = await Promise.all(
    older.map((key) => importKey(key, "PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS")),
  );
  const byId = new Map([...own === null ? [] : [own], ...before].map(({ id, key }) => [id, key]));
  return {
    keyId: own?.id ?? null,
    ids: [...byId.keys()],
    async encrypt(plain) {
      if (own === null) throw new TypeError("Cannot encrypt: there is no current key");
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt(algorithm(iv, own.id), own.key, new Uint8Array(plain));
      return new Uint8Array(Buffer.concat([iv, new Uint8Array(sealed)]));
    },
    async decrypt(keyId, sealed) {
      const key = byId.get(keyId);
      if (key === undefined) {
        throw new PayloadKeyError(`Cannot decrypt what Temporal holds: ${unknownKey(keyId)}`);
      }
      const [iv, rest] = [
        new Uint8Array(sealed.subarray(0, IV_BYTES)),
        new Uint8Array(sealed.subarray(IV_BYTES)),
      ];
      try {
        return new Uint8Array(await crypto.subtle.decrypt(algorithm(iv, keyId), key, rest));
      } catch (cause) {
        const message = `Cannot decrypt what Temporal holds: it is not what key ${keyId} encrypted`;
        throw new PayloadKeyError(message, { cause });
      }
    },
  };
}

/** What is missing, and what to do about it. */
export const unknownKey = (keyId: string): string =>
  `it was encrypted with key ${
    /^[0-9a-f]{16}$/.test(keyId) ? keyId : "of another kind"
  }, which is not among the keys given; set PERENNIAL_TEMPORAL_PAYLOAD_KEY to ` +
  "that key, or name it in PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS";

const algorithm = (iv: Uint8Array<ArrayBuffer>, keyId: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(`perennial payload 1 ${keyId}`),
});

async function importKey(text: string, variable: string): Promise<{ id: string; key: CryptoKey }> {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (bytes.length !== KEY_BYTES || !/^[\w+/-]+=*$/.test(text)) {
    throw new InvalidInputError(
      `Cannot use environment variable ${variable}: need 32 random bytes as base64, as "openssl rand -base64 32" ` +
        `prints them; these are ${bytes.length}`,
      variable,
    );
  }
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id: sha256(bytes).slice(0, 16), key };
}
