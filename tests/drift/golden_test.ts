import assert from "node:assert/strict";
import {
  energyDistance,
  ksDistance,
  ksExactP,
  ksLimitP,
  ksPValue,
  wassersteinDistance,
} from "../../src/drift/distribution.ts";
import { benjaminiHochberg, holm } from "../../src/stats/multiple.ts";
import { chiSquare, jensenShannon, psi, totalVariation } from "../../src/drift/shares.ts";
import { evidenceTable, tailOf } from "../../src/stats/quadratic_form.ts";
import golden from "../golden/drift.json" with { type: "json" };

const near = (actual: number, want: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - want) <= tolerance * Math.max(1, Math.abs(want)), `${actual} is not ${want}`);
const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

for (const { name, a, b, ks, ksExactP: exact, ksLimitP: limit, wasserstein, energy } of golden.samples) {
  Deno.test(`distances of samples agree with ${golden.madeBy}: ${name}`, () => {
    const [x, y] = [sorted(a), sorted(b)];
    near(ksDistance(x, y), ks);
    near(wassersteinDistance(x, y), wasserstein);
    near(energyDistance(x, y), energy);
    near(ksLimitP(Math.sqrt(x.length * y.length / (x.length + y.length)) * ks), limit);
    if (exact !== null) near(ksExactP(ks, x.length, y.length), exact);
  });
}

for (const { name, reference, current, psi: wantPsi, ...want } of golden.counts) {
  Deno.test(`distances of shares agree with ${golden.madeBy}: ${name}`, () => {
    near(psi(reference, current), wantPsi);
    near(jensenShannon(reference, current), want.jensenShannon);
    near(totalVariation(reference, current), want.totalVariation);
    const found = chiSquare(reference, current);
    near(found.statistic, want.chiSquare.statistic);
    near(found.p, want.chiSquare.p);
    assert.equal(found.df, want.chiSquare.df);
  });
}

for (const { name, ps, ...want } of golden.multiple) {
  Deno.test(`holm() and benjaminiHochberg() agree with ${golden.madeBy}: ${name}`, () => {
    holm(ps).forEach((p, i) => near(p, want.holm[i]));
    benjaminiHochberg(ps).forEach((p, i) => near(p, want.benjaminiHochberg[i]));
  });
}

Deno.test("tailOf() is within 10 % of Imhof's integral, on the null and beside it", () => {
  for (const { weights, means, q, want } of golden.tails) {
    const found = tailOf(weights, q, means);
    assert.ok(
      Math.abs(found / want - 1) < 0.1,
      `${JSON.stringify({ weights, means, q })}: ${found} is not ${want}`,
    );
  }
});

Deno.test("evidenceTable() is -ln of tailOf(), and inverse() undoes at()", () => {
  const weights = [1, 0.7, 0.5];
  const table = evidenceTable(weights);
  for (const q of [0, 0.5, 3, 9, 25, 60]) {
    near(table.at(q), -Math.log(tailOf(weights, q)), 0.01);
    if (q > 0) near(table.inverse(table.at(q)), q, 1e-6);
  }
  assert.ok(table.at(500) > table.at(400), "still grows where chances are too small for numbers");
});

Deno.test("ksPValue() takes the limit for large samples, where it is near the exact chance", () => {
  near(ksPValue(0.1, 300, 400), ksExactP(0.1, 300, 400));
  assert.equal(ksPValue(0.02, 5000, 5000), ksLimitP(Math.sqrt(2500) * 0.02));
  near(ksPValue(0.02, 5000, 5000), ksExactP(0.02, 5000, 5000), 0.01);
});

Deno.test("psi(), jensenShannon(), totalVariation() and chiSquare() refuse what cannot be compared", () => {
  for (const distance of [psi, jensenShannon, totalVariation, chiSquare]) {
    assert.throws(() => distance([1, 2], [1]), RangeError);
    assert.throws(() => distance([1, 2], [0, 0]), { name: "InsufficientDataError" });
  }
});
