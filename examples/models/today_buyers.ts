import { defineModel } from "perennial";

/** Will this visitor buy within a day? Learns from what they do now, beside what they did before. */
export default defineModel({
  name: "today-buyers",
  kind: "classification",
  question: "Will this visitor buy within a day?",
  unit: "probability",
  // "session" names all features of the newest session: views, carts, prices seen, minutes since, ...
  features: [
    "session",
    "recency",
    "recency_any",
    "baskets_28",
    "views_7",
    "carts_7",
    "carts_per_view",
    "spend_90",
  ],
  horizonDays: 1,
  activeDays: 2,
  activity: "any",
  primaryMetric: "auc",
  loss: "logLoss",
  metrics: ["auc", "logLoss", "brier"],
  label: (future) => future.some((day) => day.purchases > 0) ? 1 : 0,
  network: "an exact logistic regression",
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});
