import { z } from "zod";

/** Steps of repair of one row: each takes one value more away. */
const STEPS_MAX = 50;

/**
 * Parses rows, each by itself: one that an older or newer version wrote, and that cannot be read as a whole, is shown
 * without the parts that are damaged, and says so in `damaged` where its schema has that. One that cannot be shown at
 * all is left out; it never keeps the others back.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 *
 * const Row = z.object({ id: z.int(), loss: z.number().nullable(), damaged: z.string().optional() });
 * const [whole, damaged] = readRows(Row, [{ id: 1, loss: 0.5 }, { id: 2, loss: "NaN" }, { id: "three" }]);
 * assert.deepEqual([whole.damaged, damaged.loss], [undefined, null]);
 * assert.match(damaged.damaged!, /^loss: /);
 * ```
 */
export function readRows<T>(schema: z.ZodType<T>, rows: Iterable<unknown>): T[] {
  return [...rows].flatMap((row) => {
    const parsed = schema.safeParse(row);
    return parsed.success ? [parsed.data] : mended(schema, row, parsed.error);
  });
}

function mended<T>(schema: z.ZodType<T>, row: unknown, error: z.ZodError): T[] {
  const damage = new Set<string>();
  let copy = structuredClone(row) as Record<string, unknown>;
  for (let step = 0; step < STEPS_MAX; step++) {
    const parsed = schema.safeParse(copy);
    if (parsed.success) return [marked(schema, copy, [...damage])];
    const [{ path, message }] = parsed.error.issues;
    if (step === 0) error.issues.forEach((issue) => damage.add(`${issue.path.join(".")}: ${issue.message}`));
    damage.add(`${path.join(".")}: ${message}`);
    const without = withoutValue(copy, path);
    if (without === null) return [];
    copy = without;
  }
  return [];
}

/** Takes away the value at a path; where that is gone already, what holds it. @returns null: nothing is left to take */
function withoutValue(
  row: Record<string, unknown>,
  path: readonly PropertyKey[],
): Record<string, unknown> | null {
  for (let length = path.length; length > 0; length--) {
    const holder = path.slice(0, length - 1).reduce<unknown>(
      (at, key) => (at as Record<PropertyKey, unknown>)?.[key],
      row,
    );
    const key = path[length - 1];
    const held = holder as Record<PropertyKey, unknown> | null | undefined;
    if (held === null || held === undefined || held[key] === null || held[key] === undefined) continue;
    held[key] = null;
    return row;
  }
  return null;
}

function marked<T>(schema: z.ZodType<T>, row: Record<string, unknown>, damage: readonly string[]): T {
  const damaged = damage.slice(0, 3).join("; ");
  return schema.parse({ ...row, damaged });
}
