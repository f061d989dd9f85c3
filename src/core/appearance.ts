/**
 * Numbers things in the order in which they first appear: 0, 1, 2 and so on. What follows from these numbers follows
 * from the order alone, not from what the things are called.
 * @param names any integer that is the same for the same thing, shape `[n]`   @returns shape `[n]`
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(appearances([7, -3, 7, 9]), Int32Array.of(0, 1, 0, 2));
 * ```
 */
export function appearances(names: ArrayLike<number>): Int32Array {
  const known = new Map<number, number>();
  return Int32Array.from(names, (name) => {
    const number = known.get(name) ?? known.size;
    known.set(name, number);
    return number;
  });
}
