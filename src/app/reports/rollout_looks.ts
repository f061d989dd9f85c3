import type { RolloutDecision } from "../../rollout/decision.ts";
import { boundedDifference } from "../../rollout/difference.ts";
import type { Rollout, RolloutLook } from "../../rollout/rollout.ts";
import { boundedSegments } from "../../rollout/segments.ts";
import { decideByStrategy } from "../../rollout/strategies/own.ts";
import type { Bounds } from "../../stats/interval.ts";
import { firstDifference } from "../../retraining/explain.ts";

/** Bounds that hold however often one looks; null: too few shoppers to bound anything. */
type Bounded = { n: number; mean: number; low: number | null; high: number | null };

/** A look, decided again, with the bounds that its decision went by. */
export interface ReadLook extends RolloutLook {
  /** deciding again from its evidence gives the same decision */
  same: boolean;
  /** each challenger's loss minus the champion's, on the same shoppers */
  differences: (Bounded & { version: number })[];
  /** the same within kinds of shoppers; `margin`: the rise that still counts as no worse */
  segments: (Bounded & { version: number; segment: string; championLoss: number; margin: number })[];
}

/** Looks at a rollout as they are told: each decided again. */
export const rolloutLooks = (rollout: Rollout, looks: readonly RolloutLook[]): Promise<ReadLook[]> =>
  Promise.all(looks.map(async (look) => readLook(rollout, look, await decideAgain(rollout, look))));

/** Returns a look as it is told. @param again what is decided from its evidence now */
export const readLook = (rollout: Rollout, look: RolloutLook, again: RolloutDecision): ReadLook => ({
  ...look,
  same: firstDifference(again, look.decision) === null,
  ...boundsOf(rollout, look),
});

/** A look, and whether its evidence gives the same decision again. */
export async function decidedAgain(
  rollout: Rollout,
  look: RolloutLook,
): Promise<RolloutLook & { same: boolean }> {
  return { ...look, same: firstDifference(await decideAgain(rollout, look), look.decision) === null };
}

const decideAgain = (rollout: Rollout, look: RolloutLook): Promise<RolloutDecision> =>
  decideByStrategy(rollout.plan, look, look.evidence);

function boundsOf(
  { plan, challengers }: Rollout,
  { evidence }: RolloutLook,
): Pick<ReadLook, "differences" | "segments"> {
  return {
    differences: challengers.map((version) => {
      const { difference: { n, mean }, bounds } = boundedDifference(plan, evidence, version);
      return { version, n, mean, ...finite(bounds) };
    }),
    segments: challengers.flatMap((version) =>
      boundedSegments(plan, evidence, version).map(({ difference: { n, mean }, bounds, ...segment }) => ({
        version,
        n,
        mean,
        ...segment,
        ...finite(bounds),
      }))
    ),
  };
}

const finite = ({ low, high }: Bounds) => ({
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
});
