import type { Random } from "../../src/core/random.ts";
import { decideRollout } from "../../src/rollout/decide.ts";
import type { RolloutEvidence } from "../../src/rollout/rollout_evidence.ts";
import { unshown } from "../../src/rollout/lookup.ts";
import type { RolloutPlan, RolloutPosition } from "../../src/rollout/plan.ts";
import { STRATEGIES } from "../../src/rollout/strategies/mod.ts";
import { shareMoments } from "./stream.ts";
import { PLAN } from "./ways.ts";

/** Versions that bring purchases; the champion's rate first. */
export interface Rates {
  readonly name: string;
  readonly rates: readonly number[];
}

export const RATES: readonly Rates[] = [
  { name: "one challenger is better", rates: [0.10, 0.12, 0.08] },
  { name: "the champion is the best", rates: [0.12, 0.10, 0.08] },
  { name: "all are equal", rates: [0.10, 0.10, 0.10] },
];

export const PURCHASES = { shoppersPerDay: 400, days: 84, rewardDays: 7 };

/** One simulated shop under one policy. */
export interface Played {
  /** purchases that were lost, in expectation, against showing everyone the best version */
  readonly regret: number;
  /** version that serves everyone at the end, by its place in the rates; null: none was chosen */
  readonly chosen: number | null;
}

/** What was shown to shoppers whose rewards are known, per version. */
type Counts = readonly { readonly n: number; readonly ones: number }[];

/** Shares of the versions for the next day, from what is known; `chosen` once one of them has won. */
interface Policy {
  readonly name: string;
  create(
    rates: Rates["rates"],
  ): (known: Counts, day: number, random: Random) => { shares: number[]; chosen: number | null };
}

const VERSIONS = [1, 2, 3];

const ours = (name: string, floor: number): Policy => ({
  name,
  create() {
    const plan: RolloutPlan = {
      ...PLAN,
      bandit: { ...PLAN.bandit, floor },
      strategy: "bandit",
      champion: VERSIONS[0],
      challengers: VERSIONS.slice(1),
      daysMax: PURCHASES.days,
    };
    let position: RolloutPosition = { step: 0, shares: STRATEGIES.bandit.begin(plan) };
    let chosen: number | null = null;
    return (known, day) => {
      if (chosen === null && day > 0) {
        const decision = decideRollout(plan, position, evidenceOf(known, day));
        if (decision.kind === "go on") position = decision;
        else if (decision.kind === "promote") chosen = VERSIONS.indexOf(decision.version);
        else if (decision.kind === "roll back") chosen = 0;
      }
      return { shares: chosen === null ? sharesOf(position) : onlyFor(chosen), chosen };
    };
  },
});

const sharesOf = ({ shares }: RolloutPosition) => {
  const challengers = shares.map(({ share }) => share);
  return [1 - challengers.reduce((sum, share) => sum + share, 0), ...challengers];
};

const onlyFor = (chosen: number) => VERSIONS.map((_, i) => Number(i === chosen));

function evidenceOf(known: Counts, day: number): RolloutEvidence {
  return {
    asOf: new Date(day * 86_400_000).toISOString(),
    days: day,
    stepHours: 24,
    arms: known.map(({ n, ones }, i) => ({ ...unshown(VERSIONS[i]), reward: shareMoments(n, ones) })),
    pairs: [],
  };
}

/** Rewards of each version before which it is not taken for good or bad: the bandit's `stepShoppers`. */
const FROM = 100;
const EPSILON = 0.1;

const epsilonGreedy: Policy = {
  name: `epsilon-greedy, epsilon ${EPSILON}`,
  create: ({ length }) => (known) => {
    const even = known.map(() => 1 / length);
    if (known.some(({ n }) => n < FROM)) return { shares: even, chosen: null };
    const means = known.map(({ n, ones }) => ones / n);
    const best = means.indexOf(Math.max(...means));
    return { shares: even.map((share, i) => EPSILON * share + (i === best ? 1 - EPSILON : 0)), chosen: null };
  },
};

const fixedSplit: Policy = {
  name: "fixed split",
  create: ({ length }) => (known) => ({ shares: known.map(() => 1 / length), chosen: null }),
};

export const POLICIES: readonly Policy[] = [
  ours("bandit, floor 5 %", PLAN.bandit.floor),
  ours("bandit, floor as epsilon-greedy explores", EPSILON / VERSIONS.length),
  epsilonGreedy,
  fixedSplit,
];

export function play(policy: Policy, { rates }: Rates, random: Random): Played {
  const next = policy.create(rates);
  const days: { n: number; ones: number }[][] = [];
  const known = rates.map(() => ({ n: 0, ones: 0 }));
  let regret = 0;
  let chosen: number | null = null;
  for (let day = 0; day < PURCHASES.days; day++) {
    days[day - PURCHASES.rewardDays]?.forEach(({ n, ones }, i) => {
      known[i].n += n;
      known[i].ones += ones;
    });
    const now = next(known, day, random);
    chosen = now.chosen;
    days.push(dayOf(now.shares, rates, random));
    days[day].forEach(({ n }, i) => regret += n * (Math.max(...rates) - rates[i]));
  }
  return { regret, chosen };
}

function dayOf(shares: readonly number[], rates: readonly number[], random: Random) {
  const counts = rates.map(() => ({ n: 0, ones: 0 }));
  for (let i = 0; i < PURCHASES.shoppersPerDay; i++) {
    let arm = 0;
    for (let u = random() - shares[0]; u >= 0 && arm < shares.length - 1; u -= shares[arm]) arm++;
    counts[arm].n++;
    counts[arm].ones += Number(random() < rates[arm]);
  }
  return counts;
}
