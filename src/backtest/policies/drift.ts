import type { Policy } from "./policy.ts";

/** Retrains whenever the inputs have shifted, whether or not that harms the model. */
export const drift: Policy = {
  name: "drift",
  means: "retrained when its inputs drift",
  looks: true,
  validates: "always",
  decide({ findings }) {
    const found = findings?.drift ?? null;
    return { run: found?.answer === "drifted", why: found?.text ?? "nothing is known of its inputs" };
  },
};
