import { defineModel } from "perennial";

const LARGE = 200; // in the shop's currency

/** Will this shopper spend more than usual within two weeks? 1 when a day's purchases come to a large sum. */
export default defineModel({
  name: "big-baskets",
  kind: "classification",
  question: "Will this shopper place a large order within two weeks?",
  unit: "probability",
  horizonDays: 14,
  activeDays: 60,
  primaryMetric: "auc",
  loss: "logLoss",
  metrics: ["auc", "logLoss", "brier"],
  label: (future) => future.some((day) => day.spend >= LARGE) ? 1 : 0,
  network: "an exact logistic regression",
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});
