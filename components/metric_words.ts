import { HIGHER_IS_BETTER, type MetricName } from "../src/stats/metrics.ts";

/** "higher" or "lower": which value of a metric is the better one. */
export const betterWord = (metric: string): "higher" | "lower" =>
  HIGHER_IS_BETTER[metric as MetricName] ? "higher" : "lower";
