import assert from "node:assert/strict";
import { adwin } from "../../../src/drift/stream/adwin.ts";
import { ddm } from "../../../src/drift/stream/ddm.ts";
import type { StreamDetector, StreamDetectorKind } from "../../../src/drift/stream/detector.ts";
import { begin, ksOfEqualSizes, Kswin } from "../../../src/drift/stream/kswin.ts";
import { pageHinkley } from "../../../src/drift/stream/page_hinkley.ts";
import golden from "../../golden/stream.json" with { type: "json" };

type Statistics = { at: number } & Record<string, number | null>;
type Case = Record<string, { alarms: number[]; statistics: Statistics[] }>;
/** A detector's state in the golden file's words. */
type Words = (state: Record<string, number>) => Record<string, unknown>;

const numbersOf = (text: string) => text.split(" ").map(Number);
const same: Words = (state) => state;
const lowest: Words = (state) => {
  const low = state.lowest as unknown as { rate: number; deviation: number } | null;
  return { ...state, lowestRate: low?.rate ?? null, lowestDeviation: low?.deviation ?? null };
};

function near(have: unknown, want: number | null, where: string): void {
  if (want === null) return assert.equal(have, null, where);
  const difference = Math.abs(have as number - want);
  assert.ok(difference <= 1e-9 * Math.max(1, Math.abs(want)), `${where}: have ${have}, want ${want}`);
}

/** Feeds all numbers. @returns where the detector spoke; `stop` sees its state after each */
function follow(detector: StreamDetector, xs: Iterable<number>, stop: (at: number) => void): number[] {
  const alarms: number[] = [];
  let at = 0;
  for (const x of xs) {
    if (detector.update(x) !== null) alarms.push(at);
    stop(at++);
  }
  return alarms;
}

for (
  const [kind, words] of [[adwin, same], [pageHinkley, same], [ddm, lowest]] as [StreamDetectorKind, Words][]
) {
  for (const given of golden.cases.filter((one) => kind.name in one)) {
    Deno.test(`${kind.name} speaks and stands as in ${golden.madeBy.split(";")[0]}: ${given.name}`, () => {
      const want = (given as unknown as Case)[kind.name];
      const detector = kind.create({ kind: given.kind as "binary" | "real", runLength: 1e6, seed: 1 });
      const statistics = new Map(want.statistics.map((one) => [one.at, one]));
      const alarms = follow(detector, numbersOf(given.numbers), (at) => {
        const { at: _, ...wanted } = statistics.get(at) ?? { at };
        const state = words(detector.state() as Record<string, number>);
        for (const [name, value] of Object.entries(wanted)) near(state[name], value, `${name} at ${at}`);
      });
      assert.deepEqual(alarms, want.alarms);
      assert.ok(want.statistics.length > 5);
    });
  }
}

Deno.test(`kswin speaks as in ${golden.madeBy.split(";")[0]}, fed the same draws`, () => {
  const { kind, numbers, tests, alarms } = golden.kswin;
  const draws = new Map(tests.map(({ at, draw }) => [at + 1, numbersOf(draw)]));
  const detector = new Kswin(begin(kind as "real", 1), (tick) => draws.get(tick)!);
  assert.deepEqual(follow(detector, numbersOf(numbers), () => undefined), alarms);
  assert.ok(alarms.length > 0);
});

Deno.test(`ksOfEqualSizes() has the exact p-value of scipy, for each window kswin saw`, () => {
  const { tests, alarms } = golden.kswin;
  const numbers = numbersOf(golden.kswin.numbers);
  for (const { at, draw, p } of tests) {
    if (alarms.some((alarm) => at > alarm)) continue; // its window began anew
    const window = numbers.slice(at - 99, at + 1);
    near(ksOfEqualSizes(numbersOf(draw).map((i) => window[i]), window.slice(-30)).p, p, `p at ${at}`);
  }
});
