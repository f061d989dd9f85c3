/** Numbers as whole multiples of 2^-24 modulo 2^64: sums of them are exact, whatever their order, and can be masked. */

const FRACTION_BITS = 24;
const SCALE = 2 ** FRACTION_BITS;
/** Summands stay below this, so that a sum of a thousand of them does not wrap around. */
const LARGEST = 2 ** 28;

/** Distance of two neighbouring numbers. */
export const STEP = 1 / SCALE;

/**
 * Numbers as integers modulo 2^64, rounded to the nearest step.
 * @throws {RangeError} a number is not finite, or of 2^28 or more
 */
export function toFixed(vector: ArrayLike<number>): BigUint64Array {
  const fixed = new BigInt64Array(vector.length);
  for (let i = 0; i < fixed.length; i++) {
    if (!(Math.abs(vector[i]) < LARGEST)) {
      throw new RangeError(`Cannot sum ${vector[i]} securely: need a number below ${LARGEST}`);
    }
    fixed[i] = BigInt(Math.round(vector[i] * SCALE));
  }
  return new BigUint64Array(fixed.buffer);
}

/** The inverse of {@link toFixed}. */
export function fromFixed(fixed: BigUint64Array): Float64Array {
  return Float64Array.from(
    new BigInt64Array(fixed.buffer, fixed.byteOffset, fixed.length),
    (v) => Number(v) / SCALE,
  );
}

/** Adds `summand` to `sum`, or takes it away, modulo 2^64, in place. */
export function addFixed(sum: BigUint64Array, summand: BigUint64Array, sign: 1 | -1 = 1): void {
  if (sum.length !== summand.length) {
    throw new RangeError(`Cannot add vectors of ${sum.length} and ${summand.length} numbers`);
  }
  for (let i = 0; i < sum.length; i++) sum[i] = sign === 1 ? sum[i] + summand[i] : sum[i] - summand[i];
}
