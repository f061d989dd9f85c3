/** Shamir's secret sharing, byte by byte over GF(2^8): any `threshold` shares give the secret, fewer tell nothing. */

type Bytes = Uint8Array<ArrayBuffer>;

const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let i = 0, v = 1; i < 255; i++) {
  EXP[i] = EXP[i + 255] = v;
  LOG[v] = i;
  v ^= (v << 1) ^ (v & 0x80 ? 0x11b : 0); // times 3, which generates the field of AES
}

const times = (a: number, b: number): number => a === 0 || b === 0 ? 0 : EXP[LOG[a] + LOG[b]];
const over = (a: number, b: number): number => a === 0 ? 0 : EXP[LOG[a] + 255 - LOG[b]];

/** One share: where the polynomials were evaluated, from 1 on, and their values. */
export interface Share {
  readonly at: number;
  readonly bytes: Bytes;
}

/**
 * Divides a secret into shares.
 * @param randomness `(threshold - 1) * secret.length` secret bytes: the polynomials' other coefficients
 * @throws {RangeError} more than 255 shares, or a threshold that they do not reach
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const secret = Uint8Array.of(1, 2, 250);
 * const shares = divide(secret, { count: 3, threshold: 2, randomness: Uint8Array.of(7, 0, 9) });
 * assert.deepEqual(combine([shares[2], shares[0]]), secret);
 * ```
 */
export function divide(
  secret: Bytes,
  { count, threshold, randomness }: { count: number; threshold: number; randomness: Bytes },
): Share[] {
  if (!(count <= 255 && threshold >= 1 && threshold <= count)) {
    throw new RangeError(`Cannot divide a secret into ${count} shares of which ${threshold} give it back`);
  }
  if (randomness.length !== (threshold - 1) * secret.length) {
    throw new RangeError(
      `Cannot divide a secret: need ${
        (threshold - 1) * secret.length
      } random bytes, have ${randomness.length}`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const at = i + 1;
    const bytes = secret.map((constant, place) => {
      let value = 0;
      for (let degree = threshold - 2; degree >= 0; degree--) {
        value = times(value ^ randomness[degree * secret.length + place], at);
      }
      return value ^ constant;
    });
    return { at, bytes };
  });
}

/** The secret of at least `threshold` different shares; of fewer, bytes that have nothing to do with it. */
export function combine(shares: readonly Share[]): Bytes {
  const secret = new Uint8Array(shares[0].bytes.length);
  for (const { at, bytes } of shares) {
    let weight = 1; // Lagrange's, at 0; minus is plus here
    for (const other of shares) if (other.at !== at) weight = times(weight, over(other.at, other.at ^ at));
    for (let place = 0; place < secret.length; place++) secret[place] ^= times(weight, bytes[place]);
  }
  return secret;
}
