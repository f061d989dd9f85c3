import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { decideRollout } from "../../src/rollout/decide.ts";
import type { RolloutEvidence } from "../../src/rollout/rollout_evidence.ts";
import type { RolloutPlan, RolloutPosition, StandardStrategy } from "../../src/rollout/plan.ts";
import { STRATEGIES } from "../../src/rollout/strategies/mod.ts";
import {
  CHALLENGER_WRONG,
  CHAMPION_WRONG,
  type Known,
  knownOn,
  pairedMoments,
  shareMoments,
  type Stream,
} from "./stream.ts";

export const ERROR_RATE = 0.05;
export const MARGIN = 0.02;
export const POWER = 0.8;
export const CHAMPION = 1;
export const CHALLENGER = 2;

/** How one rollout ended. */
export interface End {
  readonly kind: "promoted" | "rolled back" | "undecided";
  readonly day: number;
  /** shoppers with outcomes by then */
  readonly outcomes: number;
  /** shoppers who had seen the challenger by then */
  readonly shown: number;
}

/** A way of deciding a rollout, looked at once a day. */
export interface Way {
  readonly name: string;
  readonly about: string;
  readonly end: (stream: Stream) => End;
}

export const PLAN: Omit<RolloutPlan, "strategy" | "daysMax"> = {
  champion: CHAMPION,
  challengers: [CHALLENGER],
  shares: [0.05, 0.25, 0.5],
  stepHours: 24,
  stepShoppers: 100,
  undecided: "hold",
  mayPromote: true,
  proof: "outcomes",
  errorRate: ERROR_RATE,
  margin: MARGIN,
  ab: { share: 0.5, power: POWER, effect: MARGIN, perArm: null },
  bandit: { floor: 0.05, reward: "purchase", rewardDays: 7, certainty: 0.95 },
  guardrails: { errors: 0.01, fallbacks: 0.01, latencyMs: 250, divergence: 1 },
  segmentMargin: 0.1,
  seed: 1,
};

const ours = (strategy: StandardStrategy, about: string): Way => ({
  name: strategy,
  about,
  end(stream) {
    const plan = { ...PLAN, strategy, daysMax: stream.shop.days };
    let position: RolloutPosition = { step: 0, shares: STRATEGIES[strategy].begin(plan) };
    let stepDay = 0;
    let shownInStep = 0;
    let shown = 0;
    for (let day = 1;; day++) {
      const share = position.shares[0].share;
      const saw = stream.draws[day - 1].reduce((sum, u) => sum + Number(u < share), 0);
      shownInStep += saw;
      shown += saw;
      const known = knownOn(stream, day);
      const evidence = evidenceOn(stream, { day, stepDay, shown: shownInStep });
      const decision = decideRollout(plan, position, evidence);
      if (decision.kind === "go on") {
        position = decision;
        [stepDay, shownInStep] = [day, 0];
      } else if (decision.kind !== "keep collecting" && decision.kind !== "paused") {
        const kind =
          ({ promote: "promoted", "roll back": "rolled back", hold: "undecided" } as const)[decision.kind];
        return { kind, day, outcomes: known.n, shown };
      }
    }
  },
});

function evidenceOn(
  stream: Stream,
  { day, stepDay, shown }: { day: number; stepDay: number; shown: number },
): RolloutEvidence {
  const known = knownOn(stream, day);
  const [champion, challenger] = known.arms;
  const came = day * stream.shop.shoppersPerDay;
  const still = { answers: 0, errors: 0, fallbacks: 0, slow: 0, timed: 0, reward: null };
  return {
    asOf: new Date(day * 86_400_000).toISOString(),
    days: day,
    stepHours: 24 * (day - stepDay),
    arms: [
      { ...still, version: CHAMPION, shoppers: came - shown, loss: shareMoments(champion.n, champion.wrong) },
      { ...still, version: CHALLENGER, shoppers: shown, loss: shareMoments(challenger.n, challenger.wrong) },
    ],
    pairs: [{
      version: CHALLENGER,
      difference: pairedMoments(known),
      divergence: { n: came, rms: 0.1, spread: 0.3 },
      segments: known.segments.map((counts, i) => ({
        segment: `segment ${i}`,
        difference: pairedMoments(counts),
        championLoss: counts.n > 0 ? counts.championWrong / counts.n : 0,
      })),
    }],
  };
}

/** One-sided normal tests of paired losses, at the levels that canary and shadow have for the same questions. */
function testOnce({ n, lost, won }: Known): "promoted" | "rolled back" | null {
  const { mean, variance } = pairedMoments({ n, lost, won });
  const error = Math.sqrt(variance / n);
  if (mean - normalQuantile(1 - ERROR_RATE / 2, 0, 1) * error > 0) return "rolled back";
  return mean + normalQuantile(1 - ERROR_RATE, 0, 1) * error < MARGIN ? "promoted" : null;
}

/** Pairs that such a test needs to tell an equal challenger from one at the margin. */
function plannedPairs({ discordance }: Stream["shop"]): number {
  const z = normalQuantile(1 - ERROR_RATE, 0, 1) + normalQuantile(POWER, 0, 1);
  return Math.ceil(discordance * (z / MARGIN) ** 2);
}

const halfShown = (stream: Stream, day: number) => Math.round(day * stream.shop.shoppersPerDay / 2);

const fixedOnce: Way = {
  name: "fixed test, looked at once",
  about: "paired, planned for the margin with 80 % power",
  end(stream) {
    for (let day = 1; day <= stream.shop.days; day++) {
      const known = knownOn(stream, day);
      if (known.n < plannedPairs(stream.shop)) continue;
      return { kind: testOnce(known) ?? "undecided", day, outcomes: known.n, shown: halfShown(stream, day) };
    }
    return never(stream);
  },
};

/** Fewer pairs nobody would test. */
const PEEK_FROM = 100;

const fixedPeeked: Way = {
  name: "the same test, looked at daily",
  about: "ends with the first look that is significant",
  end(stream) {
    for (let day = 1; day <= stream.shop.days; day++) {
      const known = knownOn(stream, day);
      const kind = known.n < PEEK_FROM ? null : testOnce(known);
      if (kind) return { kind, day, outcomes: known.n, shown: halfShown(stream, day) };
    }
    return never(stream);
  },
};

const never = (stream: Stream): End => ({
  kind: "undecided",
  day: stream.shop.days,
  outcomes: knownOn(stream, stream.shop.days).n,
  shown: halfShown(stream, stream.shop.days),
});

const FLAGGER = { stepWeight: 0.05, maxWeight: 0.5, threshold: 10 };

/**
 * Flagger's rule with the values of its documentation: each interval a check; one that passes moves the share by a step
 * and, at the greatest share, promotes; the tenth that failed rolls back. The check: of the outcomes that came in since
 * the last look, the challenger's accuracy lies below the champion's by more than the margin.
 */
const flagger: Way = {
  name: "Flagger's threshold rule",
  about: "a step of 5 % up to 50 %, 10 failed checks, one a day from the first outcomes on",
  end(stream) {
    let weight = FLAGGER.stepWeight;
    let failed = 0;
    let shown = 0;
    const weights: number[] = [];
    for (let day = 1; day <= stream.shop.days; day++) {
      weights.push(weight);
      shown += stream.draws[day - 1].reduce((sum, u) => sum + Number(u < weight), 0);
      const then = day - stream.shop.horizonDays;
      if (then < 1) continue;
      const end = { day, outcomes: knownOn(stream, day).n, shown };
      if (checkFails(stream, then, weights[then - 1])) failed++;
      else if (weight >= FLAGGER.maxWeight - 1e-9) return { kind: "promoted", ...end };
      else weight += FLAGGER.stepWeight;
      if (failed >= FLAGGER.threshold) return { kind: "rolled back", ...end };
    }
    return { kind: "undecided", day: stream.shop.days, outcomes: knownOn(stream, stream.shop.days).n, shown };
  },
};

/** Of those who came that day and saw each of the two. A side that nobody saw has no metric, which is a failed check. */
function checkFails({ draws, wrong }: Stream, day: number, weight: number): boolean {
  const seen = [0, 0];
  const errors = [0, 0];
  draws[day - 1].forEach((u, i) => {
    const arm = Number(u < weight);
    seen[arm]++;
    errors[arm] += Number((wrong[day - 1][i] & [CHAMPION_WRONG, CHALLENGER_WRONG][arm]) > 0);
  });
  if (seen[0] === 0 || seen[1] === 0) return true;
  return errors[1] / seen[1] - errors[0] / seen[0] > MARGIN;
}

export const WAYS: readonly Way[] = [
  ours("canary", "steps of 5, 25 and 50 %, then proof by outcomes"),
  ours("shadow", "proof by outcomes"),
  ours("ab", "half and half, planned for the margin with 80 % power"),
  fixedOnce,
  fixedPeeked,
  flagger,
];
