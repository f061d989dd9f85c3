import { defineModel } from "./model.ts";
import { SHOP_CURRENCY } from "./unit.ts";
import type { NetworkOptions } from "./recipe.ts";

const network: NetworkOptions = {
  hidden: [32, 16],
  weightDecay: 0.02,
  learningRate: 5e-4,
  batchSize: 512,
  epochsMax: 25,
  patience: 3,
};

/** Predicts what a shopper will spend: purchases less returns within the horizon, never below zero. */
export default defineModel({
  name: "spending",
  kind: "regression",
  question: "How much will this shopper spend within the horizon?",
  unit: SHOP_CURRENCY,
  economics: "sales",
  primaryMetric: "mse",
  loss: "cappedMse",
  margin: 0.1,
  metrics: ["mse", "cappedMse", "mae", "r2", "bias", "topDecileLift"],
  label: (future) => Math.max(0, future.reduce((sum, day) => sum + day.spend - day.returned, 0)),
  network:
    "whether x (how much + share of the tail), each an exact linear model, and hidden layers that correct them",
  candidates: [
    { family: "linear", name: "linear", inputs: "log+raw", target: "two-part+tail" },
    { family: "network", name: "deep", inputs: "log+raw", target: "two-part+tail", network },
    { family: "warm-start", name: "warm-start", network: { ...network, learningRate: 2e-4, epochsMax: 10 } },
    { family: "blend", name: "blend", of: ["linear", "deep"] },
  ],
});
