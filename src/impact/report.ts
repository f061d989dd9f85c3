import { z } from "zod";
import { Interval } from "../validation/verdict.ts";
import { mean } from "../stats/mean.ts";
import { pairedInterval } from "../stats/paired.ts";
import { type RowLoss, rowLosses } from "../stats/metrics.ts";
import { ImpactCutoff, type ImpactEvidence } from "./impact_evidence.ts";

/** The importance of a group of features to both models: rise of the loss when the group is shuffled among the rows. */
export const GroupImpact = z.strictObject({
  group: z.string(),
  before: z.number(),
  after: z.number(),
  difference: Interval.describe("after less before: above zero, the new model leans on the group more"),
});
export type GroupImpact = z.infer<typeof GroupImpact>;

/** The change by a deployment, without money: that follows from the economics in force when it is read. */
export const ImpactReport = z.strictObject({
  loss: z.string(),
  before: z.number().describe("loss of what was replaced"),
  after: z.number(),
  difference: Interval.describe("after less before, on the same rows; below zero is better"),
  cutoffs: z.array(ImpactCutoff),
  groups: z.array(GroupImpact).describe("what moved most comes first"),
});
export type ImpactReport = z.infer<typeof ImpactReport>;

/** The report of sealed evidence: the same evidence gives the same report. */
export function reportOf(evidence: ImpactEvidence): ImpactReport {
  const { rows, loss, cap, cutoffs, groups, confidence } = evidence;
  const losses = (predictions: readonly number[]) =>
    rowLosses(loss as RowLoss, rows.outcome, predictions, { cap: cap ?? Infinity });
  const before = losses(rows.before);
  const after = losses(rows.after);
  return {
    loss,
    before: mean(before, { empty: 0 }),
    after: mean(after, { empty: 0 }),
    cutoffs,
    difference: paired(before, after, rows.shopper, confidence),
    groups: groups.map((group) => ({
      group: group.group,
      before: mean(group.before, { empty: 0 }),
      after: mean(group.after, { empty: 0 }),
      difference: paired(group.before, group.after, group.shopper, confidence),
    })).sort((a, b) => Math.abs(b.difference.mean) - Math.abs(a.difference.mean)),
  };
}

function paired(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  shoppers: readonly number[],
  confidence: number,
): Interval {
  const differences = Array.from(shoppers, (_, i) => after[i] - before[i]);
  return pairedInterval(differences, shoppers, { confidence });
}
