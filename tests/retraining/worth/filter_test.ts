import assert from "node:assert/strict";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { beliefsOf } from "../../../src/retraining/worth/decide.ts";
import { samplingVariance } from "../../../src/retraining/worth/evidence.ts";
import { lagOf, nextMove } from "../../../src/retraining/worth/filter.ts";
import { learned } from "../../../src/retraining/worth/learning_curve.ts";
import { inputOf, PLAIN, versionsThrough, windowsOf } from "./support.ts";

const VERSIONS = versionsThrough([0, 1, 3, 6]);
const NEXT = { through: 9, rows: 1000 };
/** Losses that nothing but their own formula explains. */
const lossOf = ({ through }: { through: number }, window: number) =>
  1 + 0.1 * Math.sin(window) + 0.03 * (window - through) + 0.02 * Math.cos(3 * through + window);
const WINDOWS = windowsOf(VERSIONS, { count: 9, error: 0.02, lossOf });

/** The same posterior in one piece: a Gaussian process over all losses at once (Rasmussen and Williams 2006, 2.25). */
function posterior(serving: (typeof VERSIONS)[number]) {
  const { difficulty, memory, shock, maturitySd, ageingSd, wander, straying, luck, noise, curve } = PLAIN;
  const [belief] = beliefsOf(inputOf(VERSIONS, WINDOWS));
  const from = VERSIONS[0].rows;
  const grown = (rows: number) => learned(rows, { from, curve });
  const seen = WINDOWS.flatMap((window) =>
    window.losses.map(({ version, loss }) => {
      const { through, rows } = VERSIONS.find(({ id }) => id === version)!;
      const age = window.number - through - 1;
      const mean = 1 - PLAIN.maturity * grown(rows) + PLAIN.ageing * age;
      return { version, through, rows, window, age, residual: loss / belief.level - mean };
    })
  );
  const steps = (a: { window: number; through: number }, b: { window: number; through: number }) =>
    Math.max(0, Math.min(a.window, b.window) - Math.max(a.through, b.through));
  const covariance = seen.map((a) =>
    seen.map((b) => {
      const same = a.version === b.version;
      const apart = Math.abs(a.window.number - b.window.number);
      const shared = steps({ ...a, window: a.window.number }, { ...b, window: b.window.number });
      return PLAIN.level ** 2 + difficulty ** 2 * memory ** apart + (apart === 0 ? shock ** 2 : 0) +
        maturitySd ** 2 * grown(a.rows) * grown(b.rows) + ageingSd ** 2 * a.age * b.age +
        wander ** 2 * shared + (same ? straying ** 2 * shared + luck ** 2 : 0) +
        (same && apart === 0 ? noise ** 2 + samplingVariance(a.window) / belief.level ** 2 : 0);
    })
  );
  const grows = grown(NEXT.rows) - grown(serving.rows);
  const newer = NEXT.through - serving.through;
  const towards = seen.map((a) => {
    const shared = steps({ ...a, window: a.window.number }, { window: 9, through: serving.through });
    const same = a.version === serving.id;
    return -(maturitySd ** 2) * grown(a.rows) * grows + ageingSd ** 2 * a.age * newer + wander ** 2 * shared +
      (same ? straying ** 2 * shared + luck ** 2 : 0);
  });
  const prior = (maturitySd * grows) ** 2 + (ageingSd * newer) ** 2 + (wander ** 2 + straying ** 2) * newer +
    2 * luck ** 2;
  const weights = new CholeskyDecomposition(new Matrix(covariance)).solve(Matrix.columnVector(towards))
    .to1DArray();
  const gain = weights.reduce((sum, weight, i) => sum + weight * seen[i].residual, 0);
  const known = weights.reduce((sum, weight, i) => sum + weight * towards[i], 0);
  return { gain: PLAIN.maturity * grows + PLAIN.ageing * newer + gain, sd: Math.sqrt(prior - known) };
}

for (const serving of VERSIONS) {
  Deno.test(`lagOf() of ${serving.id} is the posterior of a Gaussian process over all losses at once`, () => {
    const [belief] = beliefsOf(inputOf(VERSIONS, WINDOWS));
    const { maturity, ageing, behind, sd } = lagOf(belief, serving.id, NEXT);
    const grows = learned(NEXT.rows, { from: 100, curve: 0.5 }) -
      learned(serving.rows, { from: 100, curve: 0.5 });
    const expected = posterior(serving);
    const found = maturity * grows + ageing * (NEXT.through - serving.through) + behind;
    assert.ok(Math.abs(found - expected.gain) < 1e-9, `${found} is not ${expected.gain}`);
    assert.ok(Math.abs(sd - expected.sd) < 1e-9, `${sd} is not ${expected.sd}`);
  });
}

Deno.test("a rise that all versions share is difficulty where windows differ, falling behind where they do not", () => {
  const rising = windowsOf(VERSIONS, { count: 9, lossOf: (_, window) => window < 7 ? 1 : 1.5 });
  const behind = (over: Partial<typeof PLAIN>) => {
    const [belief] = beliefsOf(inputOf(VERSIONS, rising, { regimes: [{ ...PLAIN, ...over }] }));
    return lagOf(belief, "v6", NEXT).behind;
  };
  assert.ok(behind({ difficulty: 0.01, shock: 0.01 }) > 0.2);
  assert.ok(behind({ difficulty: 0.5, wander: 0.01 }) < 0.05);
});

Deno.test("a sudden change widens what versions fall behind by, an alarm more so", () => {
  const rising = windowsOf(VERSIONS, { count: 9, lossOf: (_, window) => window < 9 ? 1 : 1.6 });
  const regimes = [{ ...PLAIN, difficulty: 0.1, jumpChance: 0.001 }];
  const alarmed = rising.map((window) => ({ ...window, alarm: window.number === 9 }));
  const behind = (windows: typeof rising) =>
    lagOf(beliefsOf(inputOf(VERSIONS, windows, { regimes }))[0], "v6", NEXT);
  const without = lagOf(beliefsOf(inputOf(VERSIONS, rising))[0], "v6", NEXT);
  assert.ok(behind(rising).behind > without.behind);
  assert.ok(behind(alarmed).behind > behind(rising).behind);
});

Deno.test("nextMove() is what one more window takes away from the variance", () => {
  const [before] = beliefsOf(inputOf(VERSIONS, WINDOWS));
  const move = nextMove(before, "v6", NEXT);
  const next = { number: 10, pairs: [], alarm: false };
  const losses = VERSIONS.map(({ id }) => ({ version: id, loss: 1 }));
  const [unseen] = beliefsOf(inputOf(VERSIONS, [...WINDOWS, { ...next, losses: [] }]));
  const [seen] = beliefsOf(inputOf(VERSIONS, [...WINDOWS, { ...next, losses }]));
  const expected = lagOf(unseen, "v6", NEXT).sd ** 2 - lagOf(seen, "v6", NEXT).sd ** 2;
  assert.ok(Math.abs(move ** 2 - expected) < 1e-9, `${move ** 2} is not ${expected}`);
});

Deno.test("lagOf() refuses a version it does not know", () => {
  const [belief] = beliefsOf(inputOf(VERSIONS, WINDOWS));
  assert.throws(() => lagOf(belief, "v99", NEXT), RangeError);
});
