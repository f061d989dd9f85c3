import { defineModel } from "perennial";

/** Will this shopper order not at all, on one day, or on more within four weeks? Several classes, told together. */
export default defineModel({
  name: "order-class",
  kind: "classes",
  classes: ["none", "once", "more"],
  question: "On how many days will this shopper order within four weeks: none, one, or more?",
  unit: "class",
  horizonDays: 28,
  primaryMetric: "macroRecall",
  loss: "logLoss",
  metrics: ["accuracy", "logLoss", "macroRecall", "macroPrecision"],
  label(future) {
    const days = future.filter((day) => day.purchases > 0).length;
    return days === 0 ? "none" : days === 1 ? "once" : "more";
  },
  network: "an exact multinomial logistic regression",
  candidates: [
    { family: "linear", name: "linear", inputs: "log", target: "identity" },
    { family: "linear", name: "additive", inputs: "log+hinges", target: "identity" },
    { family: "blend", name: "blend", of: ["linear", "additive"] },
  ],
});
