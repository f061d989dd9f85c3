/** What it is worth to recalibrate what serves: intercept and slope on the newest outcomes, in seconds. */
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { z } from "zod";
import { mean } from "../../stats/mean.ts";

/** Newest labelled windows that were averaged by releases that kept no account of how lines age. */
export const RECALIBRATION_EVIDENCE = 6;
/** Windows for which those releases trusted a recalibration, and for which taking a line off is trusted to hold. */
export const RECALIBRATION_LASTS = 3;
/** Its price, as a share of a training's: seconds, and no new features. */
export const RECALIBRATION_SHARE = 0.02;
/** Standard errors that those releases took off what it saved. */
const DOUBT = 1;
/** Weight of a window beside the one after it: the newest ten or so tell most. */
const REMEMBERED = 0.9;
/** Windows' worth of belief that a line saves nothing, and that it does not age. */
const BELIEF = 1;
/** A line is never expected to hold for longer. */
const HOLDS_MAX = 12;
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
    aged: z.number().nullable().default(null).describe(
      "how much less they would have saved with a line fitted one window earlier; null: there was none",
    ),
  })).describe("labelled ones, oldest first"),
  line: z.strictObject({
    age: z.int().nonnegative().nullable().describe("windows since it was fitted; null: no line serves"),
  }).nullable().default(null).describe(
    "the line that serves; null: made by a release that took no account of how lines age",
  ),
});
export type RecalibrationInput = z.infer<typeof RecalibrationInput>;

/** What recalibrating now is worth, in loss of one window. */
export interface RecalibrationWorth {
  /** over the windows that it is trusted for, before its cost; 90 % */
  readonly gain: { readonly mean: number; readonly low: number; readonly high: number };
  readonly windows: number;
  readonly price: number;
  /** over keeping what serves, for as many windows, its price taken off */
  readonly advantage: number;
  /** whether the line that serves is taken off, with none in its place */
  readonly removes: boolean;
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
 * Weighs a recalibration by what it would have saved at labelled windows, against its price and against keeping what
 * serves; or taking the line that serves off, where that is worth more.
 * @param price of a training, in loss of one window   @returns null where it cannot be done, or nothing is known of it
 */
export function recalibrationWorth(input: RecalibrationInput, price: number): RecalibrationWorth | null {
  const found = savedAWindow(input.windows.slice(-RECALIBRATION_EVIDENCE).map(({ saved }) => saved));
  if (!input.possible || !found) return null;
  const cost = input.share * price;
  if (input.line === null) return byNewestWindows(input, { found, cost });
  const lines = lineForecast(input.windows);
  return byForecast(lines, { age: input.line.age, cost, error: found.error });
}

function byNewestWindows(
  { windows }: RecalibrationInput,
  { found, cost }: { found: { mean: number; error: number }; cost: number },
): RecalibrationWorth {
  const saved = windows.slice(-RECALIBRATION_EVIDENCE).map((window) => window.saved);
  const advantage = RECALIBRATION_LASTS * surelySaved(saved) - cost;
  return { ...spanOf(found, RECALIBRATION_LASTS), price: cost, advantage, removes: false };
}

/** What is expected of a line in a window, in loss of one. */
export interface LineForecast {
  /** what a line fitted now saves beside no line */
  readonly saves: number;
  /** how much less it saves with each window that it grows older; never below 0 */
  readonly ages: number;
}

/**
 * Forecasts what a line saves and how it ages: means over labelled windows, newer ones weighing more, shrunk towards 0 by
 * one window's worth. Moments, not proof: a line is cheap enough to be wrong about.
 */
export function lineForecast(windows: RecalibrationInput["windows"]): LineForecast {
  const newest = windows[windows.length - 1]?.number ?? 0;
  const meanOf = (values: readonly (readonly [number, number])[]) => {
    let sum = 0;
    let weight = BELIEF;
    for (const [number, value] of values) {
      const share = REMEMBERED ** (newest - number);
      sum += share * value;
      weight += share;
    }
    return sum / weight;
  };
  const aged = windows.flatMap(({ number, aged }) => aged === null ? [] : [[number, aged] as const]);
  return {
    saves: meanOf(windows.map(({ number, saved }) => [number, saved])),
    ages: Math.max(0, meanOf(aged)),
  };
}

/**
 * A line that ages by `a` a window and costs `c` is best renewed every `sqrt(2 c / a)` windows, as in Harris's lot size
 * (1913), and then costs `c / n + a (n - 1) / 2` a window on average. Renewing now is worth it where a fresh line saves
 * more than that beside what serves; a line that does harm, where a fresh one is worth nothing either, comes off.
 */
function byForecast(
  { saves, ages }: LineForecast,
  { age, cost, error }: { age: number | null; cost: number; error: number },
): RecalibrationWorth {
  const holds = Math.min(HOLDS_MAX, Math.max(1, Math.sqrt(2 * cost / Math.max(ages, Number.MIN_VALUE))));
  const upkeep = cost / holds + ages * (holds - 1) / 2;
  const harm = age === null ? 0 : ages * age - saves;
  if (age !== null && saves <= upkeep) {
    const removed = spanOf({ mean: harm, error }, RECALIBRATION_LASTS);
    return { ...removed, price: cost, advantage: RECALIBRATION_LASTS * harm - cost, removes: true };
  }
  const fresher = age === null ? saves : ages * age;
  const windows = Math.round(holds);
  return {
    ...spanOf({ mean: fresher, error }, windows),
    price: cost,
    advantage: windows * (fresher - upkeep),
    removes: false,
  };
}

function spanOf({ mean, error }: { mean: number; error: number }, windows: number) {
  const reach = WITHIN * error;
  return {
    gain: { mean: windows * mean, low: windows * (mean - reach), high: windows * (mean + reach) },
    windows,
  };
}

/**
 * Returns what a recalibration decided upon is expected to save in the next window beside what serves, and how surely;
 * null where nothing is known of it.
 */
export function expectedSaving(
  input: RecalibrationInput,
  price: number,
): { mean: number; error: number } | null {
  const found = savedAWindow(input.windows.slice(-RECALIBRATION_EVIDENCE).map(({ saved }) => saved));
  if (!found || input.line === null) return found;
  const worth = recalibrationWorth({ ...input, possible: true }, price)!;
  return { mean: worth.gain.mean / worth.windows, error: found.error };
}
