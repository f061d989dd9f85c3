import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { errorRates } from "./error_rates.ts";

/**
 * Shoppers that each of two equal arms needs for a one-sided test to find a difference of means:
 * `ceil(2 (sd / effect)^2 (z(1 - alpha) + z(power))^2)`, by the normal approximation.
 * @param sd standard deviation of one shopper's value   @param effect difference to find, in the same unit
 * @throws {RangeError} sd or effect is not above 0, or alpha or power not in (0, 1)
 * Source: Chow, Shao, Wang and Lokhnygina, Sample Size Calculations in Clinical Research (2018), 3.2.
 */
export function samplePerArm(
  { sd, effect, power, alpha }: { sd: number; effect: number; power: number; alpha: number },
): number {
  if (!(sd > 0 && effect > 0)) {
    throw new RangeError(`Cannot plan a sample: need sd and effect > 0, have ${sd} and ${effect}`);
  }
  if (!(alpha > 0 && alpha < 1 && power > 0 && power < 1)) {
    throw new RangeError(`Cannot plan a sample: need alpha and power in (0, 1), have ${alpha} and ${power}`);
  }
  const z = normalQuantile(1 - alpha, 0, 1) + normalQuantile(power, 0, 1);
  return Math.ceil(2 * (sd / effect * z) ** 2);
}

/** The same for `ab`, at the stricter of its two levels: a rise by `effect` is found, and one of 0 told from it. */
export function abPerArm(
  { sd, effect, power, errorRate }: { sd: number; effect: number; power: number; errorRate: number },
): number {
  const { final } = errorRates({ errorRate, strategy: "ab", challengers: [] });
  return samplePerArm({ sd, effect, power, alpha: final });
}
