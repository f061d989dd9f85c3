import type { Policy } from "./policy.ts";

/** Trains at each moment, and lets what comes out serve. */
export const every: Policy = {
  name: "every",
  means: "retrained at every moment",
  looks: false,
  validates: "on request",
  decide: () => ({ run: true, why: "it is trained at every moment" }),
};
