import type { Policy } from "./policy.ts";

/** The trigger that runs in production, under the configuration in force or another one. */
export const perennial: Policy = {
  name: "perennial",
  means: "Perennial's own trigger and gate",
  looks: false, // its cycles look for themselves, as in production
  validates: "always",
  decide: () => ({ run: true, why: "its own check decides" }),
};
