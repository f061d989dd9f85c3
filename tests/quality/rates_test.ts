import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { askRate, type Counted, type RateQuestion } from "../../src/quality/rates.ts";
import { viewOf } from "../../src/quality/view.ts";
import { evidenceAt, FIRST_DAY, healthyDays } from "./shop.ts";

const DAYS = 130;
const LAST = FIRST_DAY + DAYS - 1;
const view = viewOf(evidenceAt(healthyDays(DAYS), LAST + 1));

/** Daily counts of 40 visits, on the last day of `crowd` times as many, whose share of 10 % wanders from day to day. */
function wandering(seed: number, spread: number, { crowd = 1 } = {}): Counted[] {
  const random = seededRandom(seed);
  const normal = gaussian(random);
  return Array.from({ length: DAYS }, (_, i) => {
    const p = 1 / (1 + 9 * Math.exp(spread * normal()));
    const n = FIRST_DAY + i === LAST ? 40 * crowd : 40;
    const k = Array.from({ length: n }, () => random() < p ? 1 : 0 as number).reduce((a, b) => a + b, 0);
    return { day: FIRST_DAY + i, k, n, rows: k, of: n };
  });
}

const ask = (series: readonly Counted[], over: Partial<RateQuestion> = {}) =>
  askRate(view, {
    kind: "missing",
    subject: "x",
    means: "broken",
    trouble: "more",
    series,
    matters: () => true,
    text: () => "",
    ...over,
  });

for (const spread of [0, 0.4, 0.8]) {
  for (const trouble of ["more", "less"] as const) {
    Deno.test(`askRate() says p <= x at most as often as x, shares spread by ${spread}, trouble is ${trouble}`, () => {
      const runs = 600;
      const at = [0.01, 0.1];
      const ps = Array.from(
        { length: runs },
        (_, seed) => ask(wandering(7000 + seed, spread), { trouble })[0].p!,
      );
      for (const x of at) {
        const share = ps.filter((p) => p <= x).length / runs;
        assert.ok(share <= x + 3 * Math.sqrt(x * (1 - x) / runs), `${share} at ${x}`);
      }
    });
  }
}

Deno.test("askRate() says p <= x at most as often as x on a day of four times the visits", () => {
  for (const trouble of ["more", "less"] as const) {
    const runs = 600;
    const x = 0.01;
    const ps = Array.from(
      { length: runs },
      (_, seed) => ask(wandering(9000 + seed, 0.4, { crowd: 4 }), { trouble })[0].p!,
    );
    const share = ps.filter((p) => p <= x).length / runs;
    assert.ok(share <= x + 3 * Math.sqrt(x * (1 - x) / runs), `${share} at ${x}, trouble is ${trouble}`);
  }
});

Deno.test("askRate() says when a step began and that it goes on", () => {
  const began = LAST - 4;
  const series = wandering(1, 0).map((day) =>
    day.day < began ? day : { ...day, k: day.k + 15, rows: day.k + 15 }
  );
  const [{ p, found }] = ask(series);
  assert.ok(p! < 1e-6);
  assert.deepEqual([found!.fromMs, found!.toMs], [began * 86_400_000, view.evidence.asOfMs]);
});

Deno.test("askRate() counts what is missing of a share that fell", () => {
  const series = wandering(1, 0).map((day) => day.day < LAST - 6 ? day : { ...day, k: 0, rows: 0 });
  const [{ found }] = ask(series, { trouble: "less" });
  assert.ok(found!.rows > 20 && found!.rows < 36, `${found!.rows} of about 28`);
});

Deno.test("askRate() says nothing with too little history or too few visits", () => {
  assert.deepEqual(ask(wandering(1, 0).slice(-6)), []);
  assert.deepEqual(ask([]), []);
  assert.deepEqual(
    ask(wandering(1, 0).map((day) => ({ ...day, n: day.day === LAST ? 2 : 1, k: 0 })), { lengths: [1] }),
    [],
  );
});

Deno.test("askRate() finds nothing where no difference would matter", () => {
  assert.deepEqual(ask(wandering(1, 0), { matters: () => false }), [{ p: 1, found: null }]);
});
