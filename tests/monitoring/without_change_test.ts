import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import type { Table } from "../../src/drift/table.ts";
import { looksWithoutChange } from "../../src/monitoring/without_change.ts";

function normalTable(rows: number, width: number): Table {
  const draw = gaussian(seededRandom(3));
  const names = Array.from({ length: width }, (_, i) => `f${i}`);
  return {
    names,
    kinds: names.map(() => "numeric"),
    rows,
    values: Float32Array.from({ length: rows * width }, draw),
  };
}

const options = { looks: 150, currentRows: 100, alpha: 0.1, seed: 5 };

Deno.test("looksWithoutChange() raises alarms at the chance that is asked for, adjusted p-values, and far more often unadjusted", () => {
  const looks = looksWithoutChange(normalTable(300, 8), options);
  const share = (isAlarm: (look: typeof looks[number]) => boolean) =>
    looks.filter(isAlarm).length / looks.length;
  const allowed = 0.1 + 3 * Math.sqrt(0.1 * 0.9 / options.looks); // three standard errors above alpha
  assert.ok(share(({ p }) => p <= 0.1) <= allowed);
  assert.ok(share(({ p }) => p <= 0.1) > 0, "a rule that never speaks would prove nothing");
  assert.ok(share(({ pRaw }) => pRaw < 0.1) > 0.3); // 1 - 0.9 ** 8 = 0.57
});

Deno.test("looksWithoutChange() deals the same looks from the same seed, others from another", () => {
  const table = normalTable(120, 2);
  const few = { ...options, looks: 3, currentRows: 40 };
  assert.deepEqual(looksWithoutChange(table, few), looksWithoutChange(table, few));
  assert.notDeepEqual(looksWithoutChange(table, few), looksWithoutChange(table, { ...few, seed: 6 }));
});
