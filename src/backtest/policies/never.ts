import type { Policy } from "./policy.ts";

/** The first model that proves better than a guess serves for ever: what a shop has that never retrains. */
export const never: Policy = {
  name: "never",
  means: "the first model serves for ever",
  looks: false,
  validates: "always",
  decide: () => ({ run: false, why: "the first model stays" }),
};
