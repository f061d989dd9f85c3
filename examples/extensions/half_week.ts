import { defineStrategy } from "perennial";

const HOURS = 84;
const SHOPPERS = 500;

/** Half of all shoppers for half a week. Harm and broken guardrails end it before it is asked. */
export default defineStrategy({
  name: "half-week",
  means: `half of all shoppers for ${HOURS} hours and ${SHOPPERS} shoppers, then everyone`,
  begin: ({ challengers }) => [{ version: challengers[0], share: 0.5 }],
  decide({ challengers: [version] }, _position, { stepHours, arms }) {
    const have = arms.find((arm) => arm.version === version)?.shoppers ?? 0;
    const text = `${have} shoppers in ${Math.floor(stepHours)} hours`;
    return stepHours >= HOURS && have >= SHOPPERS
      ? { kind: "promote", version, text }
      : { kind: "keep collecting", have, need: SHOPPERS, text };
  },
});
