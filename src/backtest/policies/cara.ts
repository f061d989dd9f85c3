import { caraCt } from "../losses/cara.ts";
import { asOnLosses } from "./on_losses.ts";
import type { Policy } from "./policy.ts";

/** CARA-CT: trains when staleness has added up to a limit, which is tuned on what is known by then. */
export const cara: Policy = {
  name: "cara",
  means: "retrained by CARA-CT, when staleness has added up to a limit tuned on the history",
  looks: false,
  validates: "never",
  losses: "known",
  decide: ({ losses }) => asOnLosses(caraCt, losses!),
};
