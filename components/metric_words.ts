import { isHigherBetter } from "../src/stats/metrics.ts";
import { ownMetricNamed } from "../src/stats/own_metrics.ts";

/** "higher" or "lower": which value of a metric is the better one. */
export const betterWord = (metric: string): "higher" | "lower" => isHigherBetter(metric) ? "higher" : "lower";

/** " in EUR per shopper": what a metric of the shop's own is measured in; empty: in nothing, or it is one of ours. */
export function ownUnit(metric: string): string {
  const unit = ownMetricNamed(metric)?.unit;
  return unit ? ` in ${unit}` : "";
}
