/** Rollouts, looked at day by day: the decisions are the real ones on made-up evidence. */
import { DAY_MS } from "../../src/core/time.ts";
import type { Approval } from "../../src/db/rollouts/approvals.ts";
import type { ServingMove } from "../../src/registry/version.ts";
import { planText } from "../../src/rollout/plan_text.ts";
import { readLook } from "../../src/app/reports/rollout_looks.ts";
import { decideRollout } from "../../src/rollout/decide.ts";
import type { RolloutEvidence } from "../../src/rollout/rollout_evidence.ts";
import type { ArmShare } from "../../src/rollout/plan.ts";
import type { Rollout, RolloutLook } from "../../src/rollout/rollout.ts";
import type { RolloutStory } from "../../src/dashboard/reads/rollouts.ts";
import { arm, moments, pair, planOf } from "../rollout/support.ts";

const iso = (ms: number) => new Date(ms).toISOString();

interface RolloutSetup {
  champion: number;
  challenger: number;
  beganMs: number;
  days: number;
  /** challenger's mean loss minus the champion's, once it has settled */
  drift: number;
}

/** What was seen `day` days after it began: outcomes lag a week behind the answers. */
function evidenceOn(
  setup: RolloutSetup,
  day: number,
  { stepDays, share }: { stepDays: number; share: number },
): RolloutEvidence {
  const { champion, challenger, beganMs, drift } = setup;
  const shoppers = Math.round(160 * stepDays);
  const answered = 900 * day;
  const met = Math.max(0, 260 * (day - 2));
  const mean = drift + 0.06 * Math.cos(day) / (1 + day);
  const half = Math.round(met / 2);
  return {
    asOf: iso(beganMs + day * DAY_MS),
    days: day,
    stepHours: 24 * stepDays,
    arms: [
      arm(champion, {
        shoppers: Math.round(shoppers * (1 - share)),
        answers: answered,
        timed: answered,
        slow: 3,
        loss: { n: met, mean: 0.561, variance: 0.19 },
      }),
      arm(challenger, {
        shoppers: Math.round(shoppers * share * 4),
        answers: Math.round(answered * share),
        errors: 1,
        timed: Math.round(answered * share),
        slow: 1,
        loss: { n: Math.round(met * share), mean: 0.561 + mean, variance: 0.19 },
      }),
    ],
    pairs: [pair(challenger, {
      difference: moments(met, mean, 0.011),
      segments: ["new, under 90 days", "6 or more baskets"].map((segment, i) => ({
        segment,
        difference: moments(half, mean * (1 + i / 2), 0.012),
        championLoss: 0.61 - 0.15 * i,
      })),
    })],
  };
}

const ENDS = { "promote": "promoted", "roll back": "rolled back", "hold": "held" } as const;

/** A canary of churn, looked at once a day until it ends or its days are over. */
export function makeRollout(setup: RolloutSetup): RolloutStory {
  const { champion, challenger, beganMs, days } = setup;
  const plan = planOf({ champion, challengers: [challenger], stepHours: 72, stepShoppers: 150 });
  const id = `rollout/churn/v${challenger}`;
  const began = iso(beganMs);
  const rollout: Rollout = {
    id,
    model: "churn",
    cycleId: "retrainer/churn/cycle/20",
    champion,
    challengers: [challenger],
    plan,
    state: "running",
    step: 0,
    shares: [{ version: challenger, share: plan.shares[0] }],
    asOf: began,
    stepAsOf: began,
    stepAt: began,
    replayed: false,
    beganBy: "retrainer/churn/cycle/20",
    why: "not worse on unseen rows",
    startedAt: began,
    endedAt: null,
    endedWhy: null,
    paused: null,
    pausedDays: 0,
  };
  const looks: RolloutLook[] = [];
  const moves: ServingMove[] = [];
  const move = (kind: ServingMove["kind"], { version, share }: ArmShare, asOf: string): void => {
    const by = id;
    const key = `${id}/${moves.length}`;
    moves.push({
      model: "churn",
      version,
      previous: champion,
      kind,
      share,
      rollout: id,
      key,
      by,
      why: "",
      asOf,
      at: asOf,
    });
  };
  move("share", rollout.shares[0], began);
  let stepDay = 0;
  for (let day = 1; day <= days && rollout.state === "running"; day++) {
    const at = { stepDays: day - stepDay, share: rollout.shares[0].share };
    const evidence = evidenceOn(setup, day, at);
    const asOf = evidence.asOf;
    const { step, shares } = rollout;
    const decision = decideRollout(plan, rollout, evidence);
    looks.push({
      rollout: id,
      number: day,
      asOf,
      step,
      shares,
      evidence,
      decision,
      codeVersion: "c1",
      at: asOf,
    });
    if (decision.kind === "go on") {
      Object.assign(rollout, { step: decision.step, shares: decision.shares, stepAsOf: asOf });
      move("share", decision.shares[0], asOf);
      stepDay = day;
    } else if (decision.kind !== "keep collecting" && decision.kind !== "paused") {
      Object.assign(rollout, { state: ENDS[decision.kind], endedAt: asOf, endedWhy: decision.text });
      if (decision.kind === "roll back") move("roll back", { version: champion, share: 1 }, asOf);
      if (decision.kind === "promote") move("deploy", { version: challenger, share: 1 }, asOf);
    }
  }
  const told = looks.map((look) => readLook(rollout, look, decideRollout(plan, look, look.evidence)));
  return { rollout, plan: planText(plan).split("\n"), looks: told, moves };
}

export const anApproval = (nowMs: number, over: Partial<Approval> = {}): Approval => ({
  cycleId: "retrainer/spending/cycle/20",
  model: "spending",
  version: 19,
  text: "Version 19 did better on 1,270 unseen rows: capped MSE 4.1 % lower (90 % interval −7.0 % to −1.2 %)",
  askedAt: iso(nowMs - 3_600_000),
  expiresAt: iso(nowMs + 2 * DAY_MS),
  reminders: 0,
  decision: null,
  decidedBy: null,
  decidedWhy: null,
  decidedAt: null,
  ...over,
});
