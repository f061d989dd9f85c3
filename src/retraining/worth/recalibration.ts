/** What it is worth to recalibrate what serves: intercept and slope on the newest outcomes, in seconds. */
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { z } from "zod";
import { mean } from "../../stats/mean.ts";

/** Newest labelled windows that the forecast of its gain rests on. */
export const RECALIBRATION_EVIDENCE = 6;
/** Windows for which a recalibration is trusted to hold. */
export const RECALIBRATION_LASTS = 3;
/** Its price, as a share of a training's: seconds, and no new features. */
export const RECALIBRATION_SHARE = 0.02;
/** Standard errors that are taken off what it saved. */
const DOUBT = 1;
const WITHIN = normalQuantile(0.95, 0, 1);

/** All that the worth of a recalibration rests on. */
export const RecalibrationInput = z.strictObject({
  possible: z.boolean().describe("whether there are rows enough to recalibrate on now"),
  text: z.string().describe("the line that would be fitted now, or what is missing for one"),
  share: z.number().nonnegative().describe("its price, as a share of a training's"),
  windows: z.array(z.strictObject({
    number: z.int(),
    saved: z.number().describe(
      "loss that stored versions would have saved there, had they been recalibrated with what was known then",
    ),
  })).describe("labelled ones, oldest first"),
});
export type RecalibrationInput = z.infer<typeof RecalibrationInput>;

/** What recalibrating now is worth, in loss of one window. */
export interface RecalibrationWorth {
  /** over the windows that it is trusted for, before its cost; 90 % */
  readonly gain: { readonly mean: number; readonly low: number; readonly high: number };
  readonly windows: number;
  readonly price: number;
  /** over keeping what serves: what it surely saves, less its price */
  readonly advantage: number;
}

/** Returns the mean of what was saved in a window and its standard error; null: fewer than two windows say nothing. */
export function savedAWindow(saved: readonly number[]): { mean: number; error: number } | null {
  if (saved.length < 2) return null;
  const center = mean(saved);
  const squares = saved.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { mean: center, error: Math.sqrt(squares / (saved.length - 1) / saved.length) };
}

/** Returns what a recalibration surely saves in a window: the mean over the windows, less its standard error. */
export function surelySaved(saved: readonly number[]): number {
  const found = savedAWindow(saved);
  return found ? found.mean - DOUBT * found.error : 0;
}

/**
 * Weighs a recalibration by what it would have saved at the newest labelled windows.
 * @param price of a training, in loss of one window   @returns null where it cannot be done, or nothing is known of it
 */
export function recalibrationWorth(
  { possible, share, windows }: RecalibrationInput,
  price: number,
): RecalibrationWorth | null {
  const saved = windows.slice(-RECALIBRATION_EVIDENCE).map((window) => window.saved);
  const found = savedAWindow(saved);
  if (!possible || !found) return null;
  const reach = WITHIN * found.error;
  const span = (value: number) => RECALIBRATION_LASTS * value;
  return {
    gain: { mean: span(found.mean), low: span(found.mean - reach), high: span(found.mean + reach) },
    windows: RECALIBRATION_LASTS,
    price: share * price,
    advantage: span(surelySaved(saved)) - share * price,
  };
}
