import { decide } from "../../retraining/trigger.ts";
import type { Policy } from "./policy.ts";

/** Retrains when outcomes show that the model fell, and for nothing else. By then the harm is as old as a horizon. */
export const performance: Policy = {
  name: "performance",
  means: "retrained when outcomes show that it fell",
  looks: true,
  validates: "always",
  decide({ findings }) {
    const outcomeReasons = findings
      ? decide(findings).reasons.filter(({ code }) => code === "performance" || code === "outcomes")
      : [];
    const fell = outcomeReasons.find(({ speaks }) => speaks === "for");
    return {
      run: fell !== undefined,
      why: (fell ?? outcomeReasons[0])?.text ?? "nothing is known of its outcomes",
    };
  },
};
