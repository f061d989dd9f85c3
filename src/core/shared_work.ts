/** Work that is under way in this process, by what owns it and by key. */
export interface SharedWork<T> {
  /** Starts the work, unless the same is under way: then both get its answer, or its error. */
  run(owner: object, key: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Has those who ask for the same at once share one run of it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const builds = createSharedWork<number>();
 * const owner = {};
 * let runs = 0;
 * const build = () => builds.run(owner, "a cut-off", () => Promise.resolve(++runs));
 * assert.deepEqual(await Promise.all([build(), build()]), [1, 1]);
 * assert.equal(await build(), 2);
 * ```
 */
export function createSharedWork<T>(): SharedWork<T> {
  const owners = new WeakMap<object, Map<string, Promise<T>>>();
  return {
    async run(owner, key, work) {
      const underWay = owners.get(owner) ?? new Map<string, Promise<T>>();
      owners.set(owner, underWay);
      const running = underWay.get(key) ?? work();
      underWay.set(key, running);
      return await running.finally(() => {
        if (underWay.get(key) === running) underWay.delete(key);
      });
    },
  };
}
