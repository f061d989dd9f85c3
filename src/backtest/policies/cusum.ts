import { tunedCusum } from "../losses/cusum.ts";
import { asOnLosses } from "./on_losses.ts";
import type { Policy } from "./policy.ts";

/** Trains when the sum of losses beyond those of fresh versions has grown to a limit, tuned on what is known by then. */
export const cusum: Policy = {
  name: "cusum",
  means: "retrained when losses have added up to a limit tuned on the history (CUSUM)",
  looks: false,
  validates: "never",
  losses: "known",
  decide: ({ losses }) => asOnLosses(tunedCusum, losses!),
};
