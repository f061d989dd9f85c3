import { definePolicy } from "perennial";

const STARTS = [2, 8]; // March and September, counted from 0

/** Trains with each new collection: at the first moment of March and of September. */
export default definePolicy({
  name: "seasons",
  means: "retrained when a collection begins, in March and September",
  looks: false,
  validates: "always",
  decide({ asOf, lastTrained }) {
    const [now, then] = [new Date(asOf), new Date(lastTrained ?? 0)];
    const isSame = now.getUTCFullYear() === then.getUTCFullYear() && now.getUTCMonth() === then.getUTCMonth();
    const run = STARTS.includes(now.getUTCMonth()) && !isSame;
    return { run, why: run ? "a new collection begins" : "the collection is the same" };
  },
});
