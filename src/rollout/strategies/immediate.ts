import { firstOf, type RolloutStrategy } from "./strategy.ts";

/** At once: the first look promotes. Until then nobody is shown its answers. */
export const immediate: RolloutStrategy = {
  begin: (plan) => [{ version: firstOf(plan), share: 0 }],
  decide: (plan) => ({
    kind: "promote",
    version: firstOf(plan),
    text: `Version ${firstOf(plan)} serves everyone at once, as configured`,
  }),
};
