import assert from "node:assert/strict";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { isAbove } from "../../src/rollout/arms_apart.ts";

Deno.test("isAbove() calls one of two equal arms better in at most 5 % of rollouts, though shares follow the better one", () => {
  let wrong = 0;
  for (let run = 0; run < 400; run++) wrong += Number(isWronglyAbove(seededRandom(run)));
  assert.ok(wrong <= 31, `${wrong} of 400`); // 20 are allowed; 2.5 standard errors above
});

/** Whether the first arm is ever called better, looking every 20 shoppers, most of whom see the arm that is ahead. */
function isWronglyAbove(random: Random): boolean {
  const arms = [{ n: 0, ones: 0 }, { n: 0, ones: 0 }];
  const rate = ({ n, ones }: { n: number; ones: number }) => n > 0 ? ones / n : 0;
  for (let i = 1; i <= 6000; i++) {
    const ahead = Number(rate(arms[1]) > rate(arms[0]));
    const arm = arms[random() < 0.9 ? ahead : 1 - ahead];
    arm.n++;
    arm.ones += Number(random() < 0.1);
    if (i % 20 > 0) continue;
    const [a, b] = arms.map((one) => ({ n: one.n, mean: rate(one), variance: rate(one) * (1 - rate(one)) }));
    if (isAbove(a, b, { alpha: 0.05 })) return true;
  }
  return false;
}

for (
  const [name, a, b, want] of [
    ["nothing is known", [0, 0], [0, 0], false],
    ["one of them is too small to tell", [99, 0.9], [5000, 0.1], false],
    ["it is below", [5000, 0.1], [5000, 0.9], false],
    ["both are the same", [5000, 0.5], [5000, 0.5], false],
    ["it is far above", [500, 0.9], [500, 0.1], true],
  ] as const
) {
  Deno.test(`isAbove() is ${want} when ${name}`, () => {
    const [first, second] = [a, b].map(([n, mean]) => ({ n, mean, variance: mean * (1 - mean) }));
    assert.equal(isAbove(first, second, { alpha: 0.05 }), want);
  });
}
