import type { RolloutDecision } from "./decision.ts";
import { boundedDifference } from "./difference.ts";
import type { RolloutEvidence } from "./rollout_evidence.ts";
import { brokenGuardrail } from "./guardrails.ts";
import type { ArmShare, RolloutPlan, RolloutPosition, StandardStrategy } from "./plan.ts";
import { harmedSegment } from "./segments.ts";
import { STRATEGIES } from "./strategies/mod.ts";
import { undecided } from "./undecided.ts";
import { differenceText, duration } from "./format.ts";

/**
 * Decides one look at a rollout: the same plan, position and evidence give the same decision.
 *
 * A broken guardrail comes first, then harm (the lower bound of the difference lies above 0, as in validation), then
 * harm to a segment; then the strategy; and what has not ended after `daysMax` ends as the plan says. Of several
 * challengers one that is stopped leaves, its share stays 0, and the rollout goes on with the others. While a person
 * paused it, only what stops a challenger counts: no step, no promotion, no end after `daysMax`.
 * @param own what the operator's strategy says, where the plan names one: see `decideByStrategy()`
 */
export function decideRollout(
  plan: RolloutPlan,
  position: RolloutPosition,
  evidence: RolloutEvidence,
  own?: RolloutDecision,
): RolloutDecision {
  const decision = decided(plan, position, evidence, own);
  if (decision.kind !== "promote" || plan.mayPromote) return decision;
  return { kind: "hold", text: `${decision.text}; but a drill is never promoted` };
}

function decided(
  plan: RolloutPlan,
  position: RolloutPosition,
  evidence: RolloutEvidence,
  own: RolloutDecision | undefined,
): RolloutDecision {
  const tried = challengersIn(plan, position);
  const stops = tried.flatMap(({ version }) => stopOf(plan, evidence, version) ?? []);
  const left = tried.filter(({ version }) => stops.every((stop) => stop.version !== version));
  if (left.length === 0 && stops.length > 0) return rollBack(stops[0]);
  const decision = stops.length > 0
    ? withoutThem(position, stops)
    : own ?? STRATEGIES[plan.strategy as StandardStrategy].decide(plan, position, evidence);
  if (evidence.paused) return stops.length > 0 || decision.kind === "roll back" ? decision : PAUSED;
  const open = decision.kind === "keep collecting" || decision.kind === "go on";
  if (!open || evidence.days < plan.daysMax) return decision;
  const [most] = [...left].sort((a, b) => b.share - a.share);
  return undecided(
    plan,
    most.version,
    `${duration(24 * evidence.days)}, the longest it may take; ${decision.text}`,
  );
}

const PAUSED: RolloutDecision = {
  kind: "paused",
  text: "Paused: shares stay as they are; harm or a broken guardrail still ends the rollout",
};

/** Returns the challengers still in: a bandit's whose share fell to 0 have left; other strategies have one. */
function challengersIn({ strategy, challengers }: RolloutPlan, { shares }: RolloutPosition): ArmShare[] {
  const shareOf = (version: number) => shares.find((arm) => arm.version === version)?.share ?? 0;
  const all = challengers.map((version) => ({ version, share: shareOf(version) }));
  return strategy === "bandit" ? all.filter(({ share }) => share > 0) : all.slice(0, 1);
}

interface Stop {
  readonly version: number;
  readonly because: "guardrail" | "harm" | "segment";
  readonly text: string;
}

/** Why a challenger has to go; null: nothing speaks against it. */
function stopOf(plan: RolloutPlan, evidence: RolloutEvidence, version: number): Stop | null {
  const guardrail = brokenGuardrail(plan, evidence, version);
  if (guardrail !== null) return { version, because: "guardrail", text: guardrail };
  const { difference, bounds } = boundedDifference(plan, evidence, version);
  if (bounds.low > 0) {
    return {
      version,
      because: "harm",
      text: `worse than the champion, ${differenceText(difference, bounds)}`,
    };
  }
  const segment = harmedSegment(plan, evidence, version);
  return segment === null ? null : { version, because: "segment", text: segment };
}

const rollBack = ({ version, because, text }: Stop): RolloutDecision => ({
  kind: "roll back",
  because,
  text: `Version ${version}: ${text}`,
});

function withoutThem({ step, shares }: RolloutPosition, stops: readonly Stop[]): RolloutDecision {
  const gone = new Set(stops.map(({ version }) => version));
  return {
    kind: "go on",
    step: step + 1,
    shares: shares.map((arm) => gone.has(arm.version) ? { ...arm, share: 0 } : arm),
    text: stops.map(({ version, text }) => `Version ${version} leaves: ${text}`).join(". "),
  };
}
