import { defineModel, type OwnFeature } from "perennial";

const DAYS = 90;
const DAY_MS = 86_400_000;

/** What a shopper's reviews of the last 90 days say: sent as {"type": "review", "fields": {"stars": 4}, ...}. */
const meanStars: OwnFeature = {
  name: "stars_90",
  means: "mean stars of reviews in 90 days",
  of({ days, asOfMs }) {
    const stars = days.flatMap((day) => day.own ?? [])
      .filter(({ type, atMs }) => type === "review" && atMs >= asOfMs - DAYS * DAY_MS)
      .flatMap(({ fields }) => fields.stars ?? []);
    return stars.length === 0 ? null : stars.reduce((sum, given) => sum + given, 0) / stars.length;
  },
};

/** Days, counts and money are there as well: how many days a shopper lets pass between two visits, lately. */
const visitGap: OwnFeature = {
  name: "visit_gap_5",
  means: "mean days between the last 5 visits",
  of({ days }) {
    const last = days.slice(-5);
    return last.length < 2 ? null : (last[last.length - 1].day - last[0].day) / (last.length - 1);
  },
};

/** Will this shopper write a review within three weeks? Learns from events and features of the shop's own. */
export default defineModel({
  name: "reviewers",
  kind: "classification",
  question: "Will this shopper write a review within three weeks?",
  unit: "probability",
  events: ["review"],
  ownFeatures: [meanStars, visitGap],
  horizonDays: 21,
  activeDays: 60,
  activity: "any",
  primaryMetric: "auc",
  loss: "logLoss",
  metrics: ["auc", "logLoss", "brier"],
  label: (future) => future.some((day) => day.own?.some(({ type }) => type === "review")) ? 1 : 0,
  network: "an exact logistic regression",
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});
