import assert from "node:assert/strict";
import fc from "fast-check";
import { decideRollout } from "../../src/rollout/decide.ts";
import { RolloutDecision } from "../../src/rollout/decision.ts";
import type { RolloutEvidence } from "../../src/rollout/rollout_evidence.ts";
import { type RolloutPlan, type RolloutPosition, StandardStrategy } from "../../src/rollout/plan.ts";
import { STRATEGIES } from "../../src/rollout/strategies/mod.ts";
import { arm, at, evidenceOf, moments, pair, planOf } from "./support.ts";

interface Case {
  name: string;
  plan?: Partial<RolloutPlan>;
  position?: RolloutPosition;
  evidence: Parameters<typeof evidenceOf>[0];
  want: Partial<RolloutDecision>;
  text?: RegExp;
}

const shown = (shoppers: number) => [arm(7, { shoppers, answers: shoppers })];
const pairs = (
  n: number,
  mean: number,
  variance?: number,
) => [pair(7, { difference: moments(n, mean, variance) })];
const both = (n: number) => ({ n, rms: 0.1, spread: 0.3 });

const CASES: Record<string, { plan: Partial<RolloutPlan>; position: RolloutPosition; cases: Case[] }> = {
  immediate: {
    plan: { strategy: "immediate" },
    position: at(0, [7, 0]),
    cases: [
      {
        name: "promotes at the first look",
        evidence: {},
        want: { kind: "promote", version: 7 },
        text: /at once/,
      },
      {
        name: "does not promote what already failed its guardrails",
        evidence: { arms: [arm(7, { answers: 50, errors: 50 })] },
        want: { kind: "roll back", because: "guardrail" },
      },
    ],
  },
  shadow: {
    plan: { strategy: "shadow" },
    position: at(0, [7, 0]),
    cases: [
      {
        name: "waits where there is no traffic",
        evidence: {},
        want: { kind: "keep collecting", have: 0, need: 100 },
        text: /no traffic yet/,
      },
      {
        name: "waits for its time",
        evidence: { stepHours: 2.5, pairs: [pair(7, { divergence: both(900) })] },
        want: { kind: "keep collecting", have: 900, need: 100 },
        text: /for 2 h: 900 shoppers, 100 needed, 22 h to go/,
      },
      {
        name: "waits for outcomes, and nobody can say how many",
        evidence: { pairs: [pair(7, { divergence: both(900) })] },
        want: { kind: "keep collecting", have: 0, need: null },
        text: /no outcomes yet; not proven yet, nobody can say/,
      },
      {
        name: "says how many outcomes may do",
        evidence: { pairs: [pair(7, { divergence: both(900), difference: moments(800, 0) })] },
        want: { kind: "keep collecting", have: 800 },
        text:
          /difference of loss 0 \(−0\.042 to \+0\.038\) over 800 shoppers; not proven yet, about 2,696 shoppers/,
      },
      {
        name: "promotes once it is proven no worse",
        evidence: { pairs: [pair(7, { divergence: both(9000), difference: moments(6000, -0.001) })] },
        want: { kind: "promote", version: 7 },
        text: /no worse than the margin/,
      },
      {
        name: "promotes after time and shoppers where guardrails suffice",
        plan: { proof: "guardrails" },
        evidence: { pairs: [pair(7, { divergence: both(100) })] },
        want: { kind: "promote", version: 7 },
        text: /no guardrail broke/,
      },
      {
        name: "rolls back what does harm, long before its time",
        evidence: { stepHours: 1, pairs: pairs(400, 0.12) },
        want: { kind: "roll back", because: "harm" },
        text: /worse than the champion, difference of loss \+0\.12/,
      },
    ],
  },
  canary: {
    plan: { strategy: "canary" },
    position: at(0, [7, 0.05]),
    cases: [
      {
        name: "waits where there is no traffic",
        evidence: {},
        want: { kind: "keep collecting", have: 0, need: 100 },
        text: /5 % of shoppers for 2 days: 0 shoppers, 100 needed, no traffic yet/,
      },
      {
        name: "waits for shoppers",
        evidence: { arms: shown(99) },
        want: { kind: "keep collecting", have: 99, need: 100 },
      },
      {
        name: "waits for its time, however many come",
        evidence: { stepHours: 23.9, arms: shown(100_000) },
        want: { kind: "keep collecting", have: 100_000, need: 100 },
        text: /for 23 h: 100,000 shoppers, 100 needed, 1 h to go/,
      },
      {
        name: "takes the next step",
        evidence: { stepHours: 26, arms: shown(1204) },
        want: { kind: "go on", step: 1, shares: [{ version: 7, share: 0.25 }] },
        text: /^5 % of shoppers for 26 h: 1,204 shoppers, 100 needed; now 25 %$/,
      },
      {
        name: "does not promote before its last step, however good it is",
        evidence: { arms: shown(500), pairs: pairs(9000, -0.05) },
        want: { kind: "go on", step: 1 },
      },
      {
        name: "promotes at its last step once it is proven",
        position: at(2, [7, 0.5]),
        evidence: { arms: shown(500), pairs: pairs(6000, -0.002) },
        want: { kind: "promote", version: 7 },
      },
      {
        name: "stays at its last step until it is proven",
        position: at(2, [7, 0.5]),
        evidence: { arms: shown(500), pairs: pairs(500, -0.002) },
        want: { kind: "keep collecting", have: 500 },
      },
      {
        name: "promotes after its last step where guardrails suffice",
        plan: { proof: "guardrails" },
        position: at(2, [7, 0.5]),
        evidence: { arms: shown(100) },
        want: { kind: "promote", version: 7 },
      },
      {
        name: "waits at its last step for time and shoppers all the same",
        plan: { proof: "guardrails" },
        position: at(2, [7, 0.5]),
        evidence: { arms: shown(99) },
        want: { kind: "keep collecting", have: 99, need: 100 },
      },
      {
        name: "rolls back on a broken guardrail before anything else",
        evidence: { arms: [arm(7, { answers: 400, errors: 60 })], pairs: pairs(900, 0.2) },
        want: { kind: "roll back", because: "guardrail" },
      },
      {
        name: "rolls back when a segment is harmed, though all together are not",
        evidence: {
          pairs: [pair(7, {
            difference: moments(5000, -0.01),
            segments: [
              { segment: "loyal", difference: moments(4000, -0.04), championLoss: 0.3 },
              { segment: "new", difference: moments(1000, 0.11), championLoss: 0.3 },
            ],
          })],
        },
        want: { kind: "roll back", because: "segment" },
        text:
          /worse for "new": difference of loss \+0\.11, at least \+0\.0\d+ over 1,000 shoppers, \+0\.03 is allowed/,
      },
      {
        name: "does not roll back for a segment within its margin",
        evidence: {
          arms: shown(500),
          pairs: [pair(7, {
            segments: [{ segment: "new", difference: moments(50_000, 0.02), championLoss: 0.3 }],
          })],
        },
        want: { kind: "go on" },
      },
      {
        name: "holds when its days are over, as the plan says",
        evidence: { days: 56 },
        want: { kind: "hold" },
        text:
          /^Undecided: 56 days, the longest it may take; .*no traffic yet; version 3 goes on serving, as configured$/,
      },
      {
        name: "promotes when its days are over, as the plan says",
        plan: { undecided: "promote" },
        position: at(2, [7, 0.5]),
        evidence: { days: 60, arms: shown(500), pairs: pairs(500, 0.001) },
        want: { kind: "promote", version: 7 },
        text: /as configured/,
      },
      {
        name: "still rolls back harm on its last day",
        plan: { undecided: "promote" },
        evidence: { days: 56, pairs: pairs(900, 0.1) },
        want: { kind: "roll back", because: "harm" },
      },
    ],
  },
  ab: {
    plan: { strategy: "ab" },
    position: at(0, [7, 0.5]),
    cases: [
      {
        name: "waits where there is no traffic",
        evidence: { champion: { loss: moments(0, 0, 0) } },
        want: { kind: "keep collecting", have: 0, need: 1000 },
      },
      {
        name: "waits for the smaller arm, however clear it looks",
        evidence: { arms: [arm(7, { loss: moments(999, 0.1, 0.09) })] },
        want: { kind: "keep collecting", have: 999, need: 1000 },
      },
      {
        name: "plans by the champion's losses where nobody knew before",
        plan: { ab: { share: 0.5, power: 0.8, effect: 0.1, perArm: null } },
        evidence: { arms: [arm(7, { loss: moments(10, 0.1) })] },
        want: { kind: "keep collecting", have: 10, need: 357 },
      },
      {
        name: "cannot plan before the champion has outcomes",
        plan: { ab: { share: 0.5, power: 0.8, effect: 0.1, perArm: null } },
        evidence: { champion: { loss: moments(20, 0.2) } },
        want: { kind: "keep collecting", have: 0, need: null },
      },
      {
        name: "promotes at the plan what is no worse than the margin",
        evidence: { arms: [arm(7, { loss: moments(5000, 0.24, 0.18) })] },
        want: { kind: "promote", version: 7 },
        text: /5,000 shoppers against 5,000, difference of loss −0\.01/,
      },
      {
        name: "rolls back at the plan what is worse",
        evidence: { arms: [arm(7, { loss: moments(5000, 0.28, 0.2) })] },
        want: { kind: "roll back", because: "harm" },
      },
      {
        name: "is undecided at the plan in between",
        evidence: { arms: [arm(7, { loss: moments(1000, 0.255, 0.19) })] },
        want: { kind: "hold" },
      },
      {
        name: "rolls back established harm before the plan",
        evidence: { arms: [arm(7, { loss: moments(50, 0.4) })], pairs: pairs(600, 0.1) },
        want: { kind: "roll back", because: "harm" },
      },
    ],
  },
  bandit: {
    plan: { strategy: "bandit", challengers: [7, 2] },
    position: at(0, [7, 1 / 3], [2, 1 / 3]),
    cases: [
      {
        name: "waits where there is no traffic",
        evidence: {},
        want: { kind: "keep collecting", have: 0, need: 100 },
      },
      {
        name: "waits for its smallest arm",
        evidence: { arms: [arm(7, { loss: moments(400, 0.2) }), arm(2, { loss: moments(99, 0.2) })] },
        want: { kind: "keep collecting", have: 99, need: 100 },
      },
      {
        name: "gives more to the better ones, and to none less than the floor",
        evidence: {
          champion: { loss: moments(400, 0.3, 0.2) },
          arms: [arm(7, { loss: moments(400, 0.2, 0.16) }), arm(2, { loss: moments(400, 0.4, 0.24) })],
        },
        want: { kind: "go on", step: 1 },
        text: /version 3 \S+ %, version 7 99\.\d+ %, version 2/,
      },
      {
        name: "leaves shares that hardly move",
        position: at(3, [7, 0.9], [2, 0.05]),
        evidence: {
          champion: { loss: moments(400, 0.3, 0.2) },
          arms: [arm(7, { loss: moments(400, 0.2, 0.16) }), arm(2, { loss: moments(400, 0.4, 0.24) })],
        },
        want: { kind: "keep collecting", have: 400, need: null },
      },
      {
        name: "promotes the best once it is also proven no worse",
        evidence: {
          champion: { loss: moments(2000, 0.3, 0.2) },
          arms: [arm(7, { loss: moments(2000, 0.2, 0.16) }), arm(2, { loss: moments(2000, 0.3, 0.2) })],
          pairs: pairs(6000, -0.1),
        },
        want: { kind: "promote", version: 7 },
        text: /Version 7 is the best with a chance of 100 %/,
      },
      {
        name: "ends when the champion is the best, whenever one looks",
        evidence: {
          champion: { loss: moments(9000, 0.1, 0.09) },
          arms: [arm(7, { loss: moments(9000, 0.3, 0.2) }), arm(2, { loss: moments(9000, 0.3, 0.2) })],
        },
        want: { kind: "roll back", because: "harm" },
        text: /it is the champion/,
      },
      {
        name: "drops a version that does harm, and goes on with the others",
        evidence: { pairs: [pair(2, { difference: moments(900, 0.2) })] },
        want: { kind: "go on", step: 1, shares: [{ version: 7, share: 1 / 3 }, { version: 2, share: 0 }] },
        text: /Version 2 leaves: worse than the champion/,
      },
      {
        name: "rolls back when the last one does harm",
        position: at(2, [7, 1 / 3], [2, 0]),
        evidence: { pairs: pairs(900, 0.2) },
        want: { kind: "roll back", because: "harm" },
      },
      {
        name: "forgets no version that was dropped",
        position: at(2, [7, 0.4], [2, 0]),
        evidence: {
          champion: { loss: moments(400, 0.3, 0.2) },
          arms: [arm(7, { loss: moments(400, 0.1, 0.09) }), arm(2, { loss: moments(400, 0, 0) })],
        },
        want: { kind: "go on", step: 3 },
        text: /^Chances of being the best: version 3 0 %, version 7 100 %$/,
      },
      {
        name: "waits for rewards that nobody asked for",
        plan: { bandit: { floor: 0.05, reward: "spend", rewardDays: 7, certainty: 0.95 } },
        evidence: { arms: [arm(7, { loss: moments(400, 0.2) }), arm(2)] },
        want: { kind: "keep collecting", have: 0 },
      },
      {
        name: "promotes what earns more, whenever one looks",
        plan: {
          challengers: [7],
          bandit: { floor: 0.05, reward: "purchase", rewardDays: 7, certainty: 0.95 },
        },
        position: at(0, [7, 0.5]),
        evidence: {
          champion: { reward: moments(2000, 0.1, 0.09) },
          arms: [arm(7, { reward: moments(2000, 0.2, 0.16) })],
        },
        want: { kind: "promote", version: 7 },
      },
      {
        name: "does not end on a chance alone",
        plan: {
          challengers: [7],
          bandit: { floor: 0.05, reward: "purchase", rewardDays: 7, certainty: 0.95 },
        },
        position: at(0, [7, 0.5]),
        evidence: {
          champion: { reward: moments(400, 0.1, 0.09) },
          arms: [arm(7, { reward: moments(400, 0.15, 0.1275) })],
        },
        want: { kind: "go on", step: 1 },
      },
      {
        name: "promotes the one with the most shoppers when its days are over, if the plan says so",
        plan: { undecided: "promote" },
        position: at(4, [7, 0.2], [2, 0.5]),
        evidence: { days: 56 },
        want: { kind: "promote", version: 2 },
      },
    ],
  },
};

for (const [strategy, { plan, position, cases }] of Object.entries(CASES)) {
  for (const { name, evidence, want, text, ...over } of cases) {
    Deno.test(`decideRollout() by ${strategy} ${name}`, () => {
      const full = planOf({ ...plan, ...over.plan });
      const found = decideRollout(full, over.position ?? position, evidenceOf(evidence));
      assert.deepEqual(RolloutDecision.parse(found), found);
      assert.partialDeepStrictEqual(found, want);
      assert.doesNotMatch(found.text, /NaN|Infinity|undefined/);
      if (text) assert.match(found.text, text);
    });
  }
}

for (const strategy of StandardStrategy.options) {
  Deno.test(`${strategy} begins with shares that leave something to the champion`, () => {
    const shares = STRATEGIES[strategy].begin(
      planOf({ strategy, challengers: strategy === "bandit" ? [7, 2] : [7] }),
    );
    assert.ok(shares.reduce((sum, { share }) => sum + share, 0) < 1);
    assert.equal(shares[0].version, 7);
  });
}

/** Any evidence, however odd, of versions 3, 7 and 2. */
const anything: fc.Arbitrary<RolloutEvidence> = (() => {
  const some = fc.record({
    n: fc.nat(20_000),
    mean: fc.double({ min: -1, max: 1, noNaN: true }),
    variance: fc.double({ min: 0, max: 2, noNaN: true }),
  }, { noNullPrototype: true });
  const one = (version: number) =>
    fc.record({
      shoppers: fc.nat(5000),
      answers: fc.nat(5000),
      parts: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      loss: some,
      reward: fc.option(some),
    }).map(({ parts: [errors, slow], answers, ...rest }) =>
      arm(version, {
        ...rest,
        answers,
        timed: answers,
        errors: Math.floor(errors * answers),
        slow: Math.floor(slow * answers),
      })
    );
  return fc.record({
    days: fc.double({ min: 0, max: 100, noNaN: true }),
    stepHours: fc.double({ min: 0, max: 2000, noNaN: true }),
    arms: fc.tuple(one(3), one(7), one(2)),
    differences: fc.tuple(some, some),
  }).map(({ differences: [first, second], arms, ...rest }) => ({
    ...evidenceOf({ ...rest, pairs: [pair(7, { difference: first }), pair(2, { difference: second })] }),
    arms: [...arms],
  }));
})();

for (const strategy of StandardStrategy.options) {
  Deno.test(`decideRollout() by ${strategy} is a function of what it is given, and ends within its days`, () => {
    const plan = planOf({ strategy, challengers: [7, 2] });
    const position = { step: 1, shares: STRATEGIES[strategy].begin(plan) };
    fc.assert(
      fc.property(anything, (evidence) => {
        const before = structuredClone({ plan, position, evidence });
        const found = decideRollout(plan, position, evidence);
        assert.deepEqual(decideRollout(plan, position, structuredClone(evidence)), found);
        assert.deepEqual({ plan, position, evidence }, before);
        RolloutDecision.parse(found);
        const open = found.kind === "keep collecting" || found.kind === "go on";
        assert.ok(!open || evidence.days < plan.daysMax, found.kind);
      }),
      { seed: 9, numRuns: 200 },
    );
  });

  Deno.test(`decideRollout() by ${strategy} never takes missing traffic for failure`, () => {
    const plan = planOf({ strategy, challengers: [7, 2] });
    const position = { step: 0, shares: STRATEGIES[strategy].begin(plan) };
    for (const evidence of [evidenceOf({}), { ...evidenceOf({}), arms: [], pairs: [] }]) {
      const { kind } = decideRollout(plan, position, evidence);
      assert.equal(kind, strategy === "immediate" ? "promote" : "keep collecting");
      assert.notEqual(decideRollout(plan, position, { ...evidence, days: 99 }).kind, "roll back");
    }
  });
}

for (const strategy of StandardStrategy.options) {
  Deno.test(`decideRollout() by ${strategy} neither steps nor ends while paused, but for what does harm`, () => {
    const plan = planOf({ strategy, challengers: [7, 2] });
    const position = { step: 1, shares: STRATEGIES[strategy].begin(plan) };
    fc.assert(
      fc.property(anything, (evidence) => {
        const open = decideRollout(plan, position, evidence);
        const paused = decideRollout(plan, position, { ...evidence, paused: true });
        RolloutDecision.parse(paused);
        if (open.kind === "roll back") return assert.deepEqual(paused, open);
        if (paused.kind !== "go on") return assert.equal(paused.kind, "paused");
        for (const { version, share } of paused.shares) { // one of several left: it did harm
          const before = position.shares.find((arm) => arm.version === version)!.share;
          assert.ok(share === before || share === 0);
        }
        assert.ok(paused.shares.some(({ share }) => share === 0));
      }),
      { seed: 9, numRuns: 200 },
    );
  });
}
