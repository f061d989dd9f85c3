import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { z } from "zod";
import { InvalidInputError } from "../../core/errors.ts";

/** Secrets as a backup keeps them: AES-256-GCM under a key that scrypt makes of a passphrase. */
const Sealed = z.object({
  kdf: z.literal("scrypt"),
  n: z.int(),
  r: z.int(),
  p: z.int(),
  salt: z.base64(),
  cipher: z.literal("aes-256-gcm"),
  iv: z.base64(),
  tag: z.base64(),
  data: z.base64(),
});

/** Some tenths of a second and 128 MiB a guess. */
const COST = { n: 2 ** 17, r: 8, p: 1 } as const;
const COST_MAX = { n: 2 ** 20, r: 16, p: 4 } as const;
export const PASSPHRASE_MIN = 12;

type Cost = { n: number; r: number; p: number };

function keyOf(passphrase: string, salt: Uint8Array, { n, r, p }: Cost): Uint8Array {
  return scryptSync(passphrase.normalize("NFKC"), salt, 32, { N: n, r, p, maxmem: 256 * n * r });
}

/** Encrypts files by their name. @param about is bound to it: secrets of one backup do not pass for another's */
export function sealSecrets(
  files: Readonly<Record<string, string>>,
  passphrase: string,
  about: string,
): string {
  if (passphrase.length < PASSPHRASE_MIN) {
    throw new InvalidInputError(
      `Cannot use this passphrase: need >= ${PASSPHRASE_MIN} characters, have ${passphrase.length}`,
      "PERENNIAL_BACKUP_PASSPHRASE",
    );
  }
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(passphrase, salt, COST), iv);
  cipher.setAAD(new TextEncoder().encode(about));
  const data = cipher.update(JSON.stringify(files), "utf8", "base64") + cipher.final("base64");
  const sealed: z.infer<typeof Sealed> = {
    kdf: "scrypt",
    ...COST,
    salt: salt.toString("base64"),
    cipher: "aes-256-gcm",
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data,
  };
  return JSON.stringify(sealed, null, 2);
}

/** The inverse of {@link sealSecrets}. @throws {InvalidInputError} another passphrase, or the file was changed */
export function openSecrets(text: string, passphrase: string, about: string): Record<string, string> {
  const sealed = Sealed.parse(JSON.parse(text));
  if (sealed.n > COST_MAX.n || sealed.r > COST_MAX.r || sealed.p > COST_MAX.p) {
    throw new RangeError("Cannot open these secrets: their scrypt cost is beyond what Perennial writes");
  }
  const bytes = (base64: string) => Uint8Array.fromBase64(base64);
  const key = keyOf(passphrase, bytes(sealed.salt), sealed);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes(sealed.iv), { authTagLength: 16 });
  decipher.setAAD(new TextEncoder().encode(about));
  decipher.setAuthTag(bytes(sealed.tag));
  try {
    const plain = decipher.update(sealed.data, "base64", "utf8") + decipher.final("utf8");
    return z.record(z.string(), z.string()).parse(JSON.parse(plain));
  } catch {
    throw new InvalidInputError(
      "Cannot open the secrets of this backup: the passphrase is another one, or the file was changed",
      "PERENNIAL_BACKUP_PASSPHRASE",
    );
  }
}
