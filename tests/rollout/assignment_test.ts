import assert from "node:assert/strict";
import fc from "fast-check";
import { armOf } from "../../src/rollout/assignment.ts";
import type { ArmShare } from "../../src/rollout/plan.ts";

const CHAMPION = 3;
const shoppers = (n: number) => Array.from({ length: n }, (_, i) => `shopper-${i}`);
const salts = fc.string({ minLength: 1, maxLength: 20 });

/** One to four arms that leave something to the champion, or take everything. */
const arms = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }).chain((weights) =>
  fc.nat(20).map((rest): ArmShare[] => {
    const all = weights.reduce((sum, weight) => sum + weight, 0) + rest;
    return weights.map((weight, i) => ({ version: 10 + i, share: all === 0 ? 0 : weight / all }));
  })
);

Deno.test("armOf() says the same of the same shopper", () =>
  fc.assert(
    fc.property(fc.string(), salts, arms, (shopper, salt, arms) => {
      const first = armOf(shopper, { champion: CHAMPION, arms, salt });
      assert.equal(armOf(shopper, { champion: CHAMPION, arms: [...arms].reverse(), salt }), first);
    }),
    { seed: 5, numRuns: 500 },
  ));

Deno.test("armOf() gives each version its share of shoppers, to the chance of the draw", () =>
  fc.assert(
    fc.property(salts, arms, (salt, arms) => {
      const n = 4000;
      const counts = new Map<number, number>();
      for (const shopper of shoppers(n)) {
        const version = armOf(shopper, { champion: CHAMPION, arms, salt });
        counts.set(version, (counts.get(version) ?? 0) + 1);
      }
      const rest = {
        version: CHAMPION,
        share: Math.max(0, 1 - arms.reduce((sum, arm) => sum + arm.share, 0)),
      };
      for (const { version, share } of [rest, ...arms]) {
        const off = Math.abs((counts.get(version) ?? 0) - n * share);
        assert.ok(off <= 5 * Math.sqrt(n * share * (1 - share)) + 1e-6 * n, `${off} off ${share}`);
      }
    }),
    { seed: 6, numRuns: 100 },
  ));

Deno.test("armOf() only moves shoppers to an arm as its share grows at the others' expense", () =>
  fc.assert(
    fc.property(
      salts,
      arms,
      fc.nat(3),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (salt, before, which, by) => {
        const grown = before[which % before.length];
        const share = grown.share + by * (1 - grown.share);
        const keep = grown.share === 1 ? 0 : (1 - share) / (1 - grown.share);
        const after = before.map((arm) =>
          arm === grown ? { ...arm, share } : { ...arm, share: keep * arm.share }
        );
        for (const shopper of shoppers(300)) {
          const [was, is] = [before, after].map((arms) => armOf(shopper, { champion: CHAMPION, arms, salt }));
          assert.ok(is === was || is === grown.version, `${shopper} moved from ${was} to ${is}`);
        }
      },
    ),
    { seed: 7, numRuns: 150 },
  ));

Deno.test("armOf() keeps every shopper of a canary while its steps grow", () => {
  let before = new Set<string>();
  for (const share of [0.05, 0.25, 0.5, 1]) {
    const arms = [{ version: 7, share }];
    const now = new Set(
      shoppers(2000).filter((one) => armOf(one, { champion: CHAMPION, arms, salt: "r" }) === 7),
    );
    assert.ok([...before].every((shopper) => now.has(shopper)) && now.size > before.size);
    before = now;
  }
  assert.equal(before.size, 2000);
});

Deno.test("armOf() lets other shoppers go first in each rollout", () => {
  const arms = [{ version: 7, share: 0.5 }];
  const of = (salt: string) => shoppers(4000).map((one) => armOf(one, { champion: CHAMPION, arms, salt }));
  const [one, other] = [of("rollout/churn/v7"), of("rollout/churn/v8")];
  const same = one.filter((version, i) => version === other[i]).length;
  assert.ok(Math.abs(same - 2000) < 5 * Math.sqrt(1000), `${same} of 4000 are the same`);
});

Deno.test("armOf() shows an arm without a share to nobody, and the champion to all where there are no arms", () => {
  for (const shopper of shoppers(500)) {
    assert.equal(
      armOf(shopper, { champion: CHAMPION, arms: [{ version: 7, share: 0 }], salt: "r" }),
      CHAMPION,
    );
    assert.equal(armOf(shopper, { champion: CHAMPION, arms: [], salt: "r" }), CHAMPION);
  }
});
