import { upf as upfOnLosses } from "../losses/upf.ts";
import { asOnLosses } from "./on_losses.ts";
import type { Policy } from "./policy.ts";

/** Trains when the next eight moments are forecast to cost less so, by a regression of the losses of all versions. */
export const upf: Policy = {
  name: "upf",
  means: "retrained by UPF, when a regression of losses forecasts that it pays",
  looks: false,
  validates: "never",
  losses: "known",
  decide: ({ losses }) => asOnLosses(upfOnLosses, losses!),
};
