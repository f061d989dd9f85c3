import { oracle as cheapest } from "../losses/oracle.ts";
import { priceIn } from "./on_losses.ts";
import type { Policy } from "./policy.ts";

/** The cheapest schedule in hindsight: it knows every outcome, so nobody can be better at this price of a training. */
export const oracle: Policy = {
  name: "oracle",
  means: "retrained by the best schedule there is, known in hindsight alone",
  looks: false,
  validates: "never",
  losses: "all",
  decide({ losses }) {
    const { view, moment, price } = losses!;
    const alpha = priceIn({ ...view, knownAt: () => 0 }, view.blocks - 1, price);
    if (alpha === null) return { run: false, why: "no version has met outcomes" };
    const { trainings } = cheapest(view, alpha);
    const why = `the best schedule in hindsight trains ${trainings.length} more times`;
    return { run: trainings.includes(moment), why };
  },
};
