import type { Answer } from "./check.ts";

/** Whether an answer begins a cycle, which makes a version. */
export const beginsCycle = (answer: Answer): answer is "retrain" | "recalibrate" =>
  answer === "retrain" || answer === "recalibrate";
