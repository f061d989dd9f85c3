import assert from "node:assert/strict";
import type { ArmEvidence, PairEvidence } from "../../src/rollout/rollout_evidence.ts";
import { seededRandom } from "../../src/core/random.ts";
import { brokenGuardrail } from "../../src/rollout/guardrails.ts";
import { arm, evidenceOf, pair, planOf } from "./support.ts";

type Case = {
  champion?: Partial<ArmEvidence>;
  own?: Partial<ArmEvidence>;
  divergence?: PairEvidence["divergence"];
};

for (
  const [name, { champion, own = {}, divergence = { n: 0, rms: 0, spread: 0 } }, broken] of [
    ["there is no traffic at all", {}, null],
    ["nothing fails", { own: { answers: 5000, timed: 5000 } }, null],
    ["3 of 100 failed: that may be chance", { own: { answers: 100, errors: 3 } }, null],
    [
      "every one of its first answers failed",
      { own: { answers: 20, errors: 20 } },
      /^100 % of its answers failed \(20 of 20\)/,
    ],
    ["so few answers failed that they may be one shopper's", { own: { answers: 19, errors: 19 } }, null],
    [
      "5 % of 2,000 answers failed",
      { champion: { answers: 9000 }, own: { answers: 2000, errors: 100 } },
      /at most 1 % may, the champion's share is 0 %/,
    ],
    ["a shop-wide outage fails both", {
      champion: { answers: 9000, errors: 900 },
      own: { answers: 2000, errors: 200 },
    }, null],
    ["both fail, it far more often", {
      champion: { answers: 9000, errors: 900 },
      own: { answers: 2000, errors: 500 },
    }, /25 % of its answers failed/],
    ["the champion has too few answers to be compared with", {
      champion: { answers: 20, errors: 2 },
      own: { answers: 2000, errors: 200 },
    }, /10 %/],
    [
      "another version speaks for it",
      { own: { answers: 400, fallbacks: 60 } },
      /had to be given by another version/,
    ],
    ["one in a hundred is slow, as allowed", { own: { timed: 10_000, slow: 100 } }, null],
    ["3 % are slow", { own: { timed: 3000, slow: 90 } }, /took longer than 250 ms \(90 of 3,000\)/],
    ["3 % are slow, the champion's too", {
      champion: { answers: 5000, timed: 5000, slow: 150 },
      own: { timed: 3000, slow: 90 },
    }, /longer than 250 ms/],
    ["its answers lie as far as allowed", { divergence: { n: 500, rms: 0.2, spread: 0.2 } }, null],
    [
      "its answers are other ones",
      { divergence: { n: 500, rms: 0.5, spread: 0.2 } },
      /2.5 standard deviations from the champion's over 500/,
    ],
    ["too few answers lie apart", { divergence: { n: 99, rms: 0.5, spread: 0.2 } }, null],
    ["the champion says the same of everybody", { divergence: { n: 500, rms: 0.5, spread: 0 } }, null],
  ] as [string, Case, RegExp | null][]
) {
  Deno.test(`brokenGuardrail() ${broken === null ? "says nothing" : "speaks"} when ${name}`, () => {
    const evidence = evidenceOf({ champion, arms: [arm(7, own)], pairs: [pair(7, { divergence })] });
    const found = brokenGuardrail(planOf(), evidence, 7);
    if (broken === null) assert.equal(found, null);
    else assert.match(found ?? "", broken);
  });
}

Deno.test("brokenGuardrail() breaks in at most 5 % of rollouts whose errors lie just at the limit, after any answer", () => {
  let broken = 0;
  for (let run = 0; run < 300; run++) {
    const random = seededRandom(run);
    const counts = { errors: 0, fallbacks: 0, slow: 0 };
    for (let answers = 1; answers <= 1000; answers++) {
      const happened = (["errors", "fallbacks", "slow"] as const).filter(() => random() < 0.01);
      happened.forEach((what) => counts[what]++);
      if (happened.length === 0) continue; // nothing breaks by an answer that is right
      const own = arm(7, { ...counts, answers, timed: answers });
      if (brokenGuardrail(planOf(), evidenceOf({ arms: [own] }), 7) !== null) {
        broken++;
        break;
      }
    }
  }
  assert.ok(broken <= 15, `${broken} of 300`);
});
