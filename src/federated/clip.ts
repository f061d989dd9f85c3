/**
 * Shortens a vector to a norm, in place.
 * @param vector shape `[d]`   @param norm longest Euclidean length that it may have   @returns its length before
 * @throws {RangeError} the vector holds what is no number: nothing bounds its length
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const update = Float64Array.of(3, 4);
 * assert.equal(clip(update, 2.5), 5);
 * assert.deepEqual([...update], [1.5, 2]);
 * ```
 */
export function clip(vector: Float64Array, norm: number): number {
  const length = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
  if (!Number.isFinite(length)) throw new RangeError("Cannot clip a vector that holds no finite numbers");
  if (length > norm) {
    const share = norm / length;
    for (let i = 0; i < vector.length; i++) vector[i] *= share;
  }
  return length;
}
