import { defineModel } from "perennial";

/** On how many days will this shopper order within three weeks? A count: judged by its Poisson deviance. */
export default defineModel({
  name: "order-days",
  kind: "regression",
  question: "On how many days will this shopper order within three weeks?",
  unit: "days",
  horizonDays: 21,
  primaryMetric: "poissonDeviance",
  loss: "poissonDeviance",
  metrics: ["poissonDeviance", "mae", "bias"],
  label: (future) => future.filter((day) => day.purchases > 0).length,
  network: "an exact Poisson regression",
  candidates: [
    { family: "linear", name: "poisson", inputs: "log", target: "count" },
    { family: "linear", name: "squares", inputs: "log", target: "identity" },
  ],
});
