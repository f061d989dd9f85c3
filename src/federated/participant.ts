/** What a participant sends into a secure sum: computed on its own rows, bounded and noised before it leaves. */
import { hash32 } from "../core/random.ts";
import type { TrainingRows } from "../training/rows.ts";
import { MOMENTS_NOISE, momentsClip, rowsOfShoppers, sumMoments } from "./moments.ts";
import { addNoise } from "./noise.ts";
import type { FederatedPlan } from "./plan.ts";
import { boundedChange, type Contribution, localChange } from "./round.ts";
import { derive, uniformNumbers } from "./secrets.ts";
import type { Member } from "./secure_sum.ts";

/** How many participants a round has at least: together their noises are as strong as the plan says. */
interface Sharing {
  readonly threshold: number;
}

/** The moments of the own shoppers; with privacy each one's is bounded, and noise is added. */
export async function contributeMoments(
  member: Member,
  rows: Pick<TrainingRows, "features" | "width" | "user">,
  { features, plan, threshold }: Sharing & { features: readonly number[]; plan: FederatedPlan },
): Promise<Float64Array> {
  const bounded = plan.privacy !== null;
  const sum = sumMoments(rows, features, { bounded });
  if (bounded) await addOwnNoise(member, sum, MOMENTS_NOISE * momentsClip(features.length), threshold);
  return sum;
}

/** The change of the weights; with privacy the sum of sampled shoppers' bounded ones, and noise. */
export async function contributeChange(
  member: Member,
  contribution: Contribution,
  { threshold }: Sharing,
): Promise<Float64Array> {
  const { privacy } = contribution.plan;
  if (privacy === null) return localChange(contribution, hash32(`${member.round}/${member.name}`));
  const seed = await derive(member.root, `perennial/${member.round}/sample`);
  const chances = await uniformNumbers(seed, rowsOfShoppers(contribution.rows.shopper).length);
  const sum = boundedChange(contribution, privacy, chances);
  await addOwnNoise(member, sum, privacy.noise * privacy.clip, threshold);
  return sum;
}

/** Adds the own part of a sum's noise: the variances of any `threshold` parts add up to that of `deviation`. */
async function addOwnNoise(
  { root, round }: Member,
  sum: Float64Array,
  deviation: number,
  threshold: number,
): Promise<void> {
  await addNoise(sum, deviation / Math.sqrt(threshold), await derive(root, `perennial/${round}/noise`));
}
