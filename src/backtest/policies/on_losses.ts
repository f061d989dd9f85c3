/** Policies that decide on what versions lose, as the bench replays them. */
import { actionAt, type Policy as LossPolicy } from "../losses/replay.ts";
import { freshLevel, type LossView } from "../losses/view.ts";
import type { LossQuestion } from "./policy.ts";

/** Asks a policy of the bench at a moment. */
export function asOnLosses(
  policy: LossPolicy,
  { view, moment, serving, price }: LossQuestion,
): { run: boolean; why: string } {
  const alpha = priceIn(view, moment, price);
  if (alpha === null) return { run: false, why: "no version has met outcomes yet" };
  const { kind } = actionAt(view, policy, { t: moment, alpha, serving });
  const age = moment - serving;
  return kind === "train"
    ? { run: true, why: `${policy.name} trains, ${age} moments after the last training` }
    : { run: false, why: `${policy.name} keeps what serves, ${age} moments after the last training` };
}

/** The price of a training in loss of one moment; null: nothing is known of the loss that it is a share of. */
export function priceIn(view: LossView, moment: number, price: number): number | null {
  const level = freshLevel(view, moment);
  return level === null ? null : price * level;
}
