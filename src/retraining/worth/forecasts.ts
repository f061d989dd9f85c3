/** Forecasts of earlier checks beside what came: how far the next ones may be trusted. */
import { z } from "zod";

/** What an earlier check forecast of its training, and what came of it on the first cut-off that it was meant for. */
export const MetForecast = z.strictObject({
  asOf: z.iso.datetime().describe("of the check"),
  cutoff: z.iso.datetime().describe("the first that a training then would have served"),
  made: z.string().describe("version that was made"),
  instead: z.string().describe("version that served"),
  mean: z.number().describe("forecast gain: loss of what served minus that of what was made"),
  sd: z.number().nonnegative().describe("of the forecast, widened as it was then"),
  came: z.number().describe("the same as it came"),
  error: z.number().nonnegative().describe("its standard error: by chance it could have come otherwise"),
});
export type MetForecast = z.infer<typeof MetForecast>;

/** Fewer forecasts than this do not tell a wrong rule from chance. */
const FORECASTS_MIN = 3;
const Z90 = 1.645;

/**
 * Returns the factor that widens the next forecasts: the root mean square of how wrong earlier ones were, in their own
 * standard deviations; never below 1, so that no interval is shorter than earlier forecasts were wrong by.
 */
export function widening(forecasts: readonly MetForecast[]): number {
  if (forecasts.length < FORECASTS_MIN) return 1;
  const squares = forecasts.map(({ mean, sd, came, error }) => {
    const variance = sd ** 2 + error ** 2;
    return variance > 0 ? (came - mean) ** 2 / variance : 1;
  });
  return Math.max(1, Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length));
}

/** Ends of a forecast between which nine of ten should come, chance of the cut-off included. */
export function forecastEnds({ mean, sd, error }: MetForecast): { low: number; high: number } {
  const reach = Z90 * Math.hypot(sd, error);
  return { low: mean - reach, high: mean + reach };
}

/** Whether what came lies within the forecast's ends. */
export function cameTrue(forecast: MetForecast): boolean {
  const { low, high } = forecastEnds(forecast);
  return forecast.came >= low && forecast.came <= high;
}
