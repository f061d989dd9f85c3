import { defineModel, type OwnMetric } from "perennial";

const SENT_FROM = 0.3; // a shopper who is as likely to stay away gets a voucher

/** What vouchers cost: 2 for each one sent, 10 for each shopper who stays away without one. */
const cost: OwnMetric = {
  name: "voucher-cost",
  direction: "lower",
  unit: "EUR per shopper",
  of: (outcome, prediction) => prediction >= SENT_FROM ? 2 : 10 * outcome,
};

/** Precision and recall of those who get a voucher, as one number; of all rows, since it is no mean over them. */
const f1: OwnMetric = {
  name: "f1",
  direction: "higher",
  evaluate(rows) {
    const sent = rows.filter(({ prediction }) => prediction >= SENT_FROM);
    const away = rows.filter(({ outcome }) => outcome === 1).length;
    const right = sent.filter(({ outcome }) => outcome === 1).length;
    return sent.length + away === 0 ? null : 2 * right / (sent.length + away);
  },
};

/** Who stays away for three weeks, judged by what vouchers for them cost: the metric decides, and is quoted. */
export default defineModel({
  name: "vouchers",
  kind: "classification",
  question: "Will this shopper stay away for three weeks?",
  unit: "probability",
  horizonDays: 21,
  ownMetrics: [cost, f1],
  primaryMetric: "own:voucher-cost",
  loss: "own:voucher-cost",
  metrics: ["own:voucher-cost", "own:f1", "auc", "logLoss"],
  label: (future) => future.some((day) => day.purchases > 0) ? 0 : 1,
  network: "an exact logistic regression",
  candidates: [
    { family: "linear", name: "linear", inputs: "log+raw", target: "identity" },
    { family: "linear", name: "additive", inputs: "log+hinges", target: "identity" },
  ],
});
