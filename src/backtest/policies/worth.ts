import type { Policy } from "./policy.ts";

/** Retrains when that is worth more than waiting: Perennial's own trigger under `retrain_policy=worth`. */
export const worth: Policy = {
  name: "worth",
  means: "retrained when that is worth more than waiting",
  looks: false, // its cycles look for themselves, as in production
  validates: "always",
  settings: { retrain_policy: "worth" },
  decide: () => ({ run: true, why: "its own check decides" }),
};
