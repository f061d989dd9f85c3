import { defineModel } from "./model.ts";
import type { NetworkOptions } from "./recipe.ts";

const network: NetworkOptions = {
  hidden: [32, 16],
  weightDecay: 0.02,
  learningRate: 5e-4,
  batchSize: 512,
  epochsMax: 25,
  patience: 3,
};

/** Will this shopper stay away? 1 when nothing is bought within the horizon. */
export default defineModel({
  name: "churn",
  kind: "classification",
  question: "Will this shopper buy nothing within the horizon?",
  unit: "probability",
  economics: "retention",
  primaryMetric: "accuracy",
  loss: "logLoss",
  metrics: ["accuracy", "auc", "logLoss", "brier", "topDecileLift"],
  label: (future) => future.some((day) => day.purchases > 0) ? 0 : 1,
  network: "exact logistic regressions, and hidden layers of 32 and 16 units that correct one",
  candidates: [
    { family: "linear", name: "linear", inputs: "log+raw", target: "identity" },
    {
      family: "linear",
      name: "additive",
      inputs: "log+hinges",
      target: "identity",
      penalties: { class: [300, 1000, 3000, 10_000] },
    },
    { family: "network", name: "deep", inputs: "log+raw", target: "identity", network },
    { family: "warm-start", name: "warm-start", network: { ...network, learningRate: 2e-4, epochsMax: 10 } },
    { family: "blend", name: "blend", of: ["linear", "additive", "deep"] },
  ],
});
