import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { z } from "zod";
import { levelOf, WorthVersion, WorthWindow } from "./evidence.ts";
import {
  addVersion,
  type Belief,
  type Lag,
  lagOf,
  learnedMore,
  nextMove,
  observe,
  priorBelief,
} from "./filter.ts";
import { MetForecast, widening } from "./forecasts.ts";
import { gainOf, type Outlook, planOf } from "./plan.ts";
import { PriceBasis } from "./price.ts";
import {
  expectedSaving,
  RecalibrationInput,
  type RecalibrationWorth,
  recalibrationWorth,
} from "./recalibration.ts";
import { Regime } from "./regime.ts";
import { brief } from "../../format/numbers.ts";

/** All that a decision rests on, enough to reach it again. */
export const WorthInput = z.strictObject({
  versions: z.array(WorthVersion).min(1).describe("oldest first"),
  windows: z.array(WorthWindow).describe("labelled ones, oldest first"),
  serving: z.string(),
  next: WorthVersion.omit({ id: true }).nullable().describe(
    "what a training now would learn from; null: nothing",
  ),
  window: z.int().describe("number of the first window that would be served"),
  price: z.number().nonnegative().describe("of one training, in loss of one window"),
  priceBasis: PriceBasis.nullable().default(null).describe(
    "where the price comes from; null: made by a release that knew a share of the loss alone",
  ),
  horizon: z.int().positive().describe("windows that the forecast is trusted for"),
  caution: z.number().min(0.5).max(1).describe("chance of being right that a training needs"),
  overlap: z.int().nonnegative().default(0).describe("neighbouring windows that share outcomes with one"),
  passes: z.number().min(0).max(1).default(1).describe("chance that a version trained passes the gate"),
  recalibration: RecalibrationInput.nullable().default(null).describe(
    "what recalibrating saves; null: it is turned off, or was not weighed",
  ),
  origin: z.iso.datetime().nullable().default(null).describe(
    "cut-off that is window 0; null: made by a release that did not say it",
  ),
  forecasts: z.array(MetForecast).default([]).describe(
    "of earlier checks, beside what came: wrong ones widen this one",
  ),
  regimes: z.array(Regime).min(1),
});
export type WorthInput = z.infer<typeof WorthInput>;

const Span = z.strictObject({ mean: z.number(), low: z.number(), high: z.number() });

/** A decision with the sums that it weighs, in loss of one window. */
export const WorthDecision = z.strictObject({
  answer: z.enum(["retrain", "recalibrate", "wait", "cannot tell yet"]),
  text: z.string(),
  level: z.number().describe("loss that stands for 1"),
  gain: Span.describe("of training now over keeping what serves, over the horizon, before its cost; 90 %"),
  price: z.number(),
  advantage: z.number().describe("of training now over waiting for one window and then doing what is best"),
  chance: z.number().describe("that training now is the better of the two"),
  turns: z.number().describe("chance that the next labelled window turns the decision"),
  forecast: z.array(Span.extend({ window: z.int() })).describe("gain window by window; 90 %"),
  regimes: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
  recalibration: z.strictObject({
    text: z.string(),
    gain: Span.describe("over the windows that it is trusted for, before its cost; 90 %"),
    windows: z.int(),
    price: z.number(),
    advantage: z.number().describe("over keeping what serves, its price taken off"),
    removes: z.boolean().default(false).describe(
      "whether the line that serves comes off, with none in its place",
    ),
  }).nullable().default(null).describe("the third sum; null: it cannot be done, or nothing is known of it"),
});
export type WorthDecision = z.infer<typeof WorthDecision>;

/** A decision that the next labels turn with at least this chance is not made yet. */
const TURNS_MIN = 0.25;
const WITHIN = normalQuantile(0.95, 0, 1);
/** A regime less likely than this is left out. */
const WEIGHT_MIN = 1e-4;

/**
 * Decides whether to train now, to recalibrate, or to keep what serves, by which is worth most. A pure function: the same
 * input gives the same decision.
 */
export function decideWorth(input: WorthInput): WorthDecision {
  const decision = decideFrom(beliefsOf(input), { ...input, widened: widening(input.forecasts) });
  const worth = input.recalibration && recalibrationWorth(input.recalibration, input.price);
  return worth ? withRecalibration(decision, worth) : decision;
}

/**
 * A training that is worth it goes first, unless less is left of its sum than of a recalibration's; else a recalibration
 * that surely earns its price. The training's advantage is no sum to compare: it is what one window's delay costs.
 */
function withRecalibration(decision: WorthDecision, worth: RecalibrationWorth): WorthDecision {
  const { gain, windows, price, advantage, removes } = worth;
  const trains = decision.answer === "retrain" && !goesFirst(worth, decision.gain.mean - decision.price);
  const text =
    `${removes ? "Taking the line off now" : "Recalibrating now"}: worth ${brief(gain.low)} to ${
      brief(gain.high)
    } over the next ${windows} windows, ` +
    `costs ${brief(price)}`;
  return {
    ...decision,
    answer: trains || advantage <= 0 ? decision.answer : "recalibrate",
    recalibration: { text, gain: { ...gain }, windows, price, advantage, removes },
  };
}

/** Whether a recalibration is worth more than a training. @param net forecast gain of the training, its price taken off */
export const goesFirst = ({ advantage }: Pick<RecalibrationWorth, "advantage">, net: number): boolean =>
  advantage > 0 && net < advantage;

/** Returns what is believed after all windows, under each regime. */
export function beliefsOf(
  { versions, windows, serving, overlap, regimes }: Pick<
    WorthInput,
    "versions" | "windows" | "serving" | "overlap" | "regimes"
  >,
): Belief[] {
  const level = levelOf(versions, windows);
  return regimes.map((regime) => {
    const belief = priorBelief(regime, { level, rows: versions[0].rows });
    let added = 0;
    const addUntil = (number: number) => {
      for (; added < versions.length && versions[added].through < number; added++) {
        addVersion(belief, versions[added], { serving });
      }
    };
    for (const window of windows) {
      addUntil(window.number);
      observe(belief, window, { overlap });
    }
    addUntil(Infinity);
    return belief;
  });
}

/** Returns whether training now is worth it: the heart of the decision alone, for replays of many prices. */
export function isWorthTraining(beliefs: readonly Belief[], question: Question): boolean {
  const current = beliefs[0].versions.find(({ id }) => id === question.serving);
  if (!question.next || !current || question.next.through <= current.through) return false;
  return trainsAt(partsOf(beliefs, question), question);
}

/** Returns the forecast gain of a training now over the horizon, before its price. */
export const gainOfTraining = (beliefs: readonly Belief[], question: Question): number =>
  totalOf(partsOf(beliefs, question), question).mean;

/** Whether training now is better by the forecast at the quantile that caution asks for. */
const trainsAt = (parts: readonly Part[], question: Question) =>
  advantageOf(parts, question, -normalQuantile(question.caution, 0, 1)) > 0;

/** Returns the gain that is forecast of a training in the first window that it would serve; null where nothing is. */
export function expectedGain(input: WorthInput): { mean: number; sd: number } | null {
  const [first] = decideWorth(input).forecast;
  return first ? { mean: first.mean, sd: (first.high - first.low) / (2 * WITHIN) } : null;
}

/** The same as the gate sees it: a challenger's loss minus the champion's. */
export function expectedDifference(input: WorthInput): { mean: number; sd: number } | null {
  const expected = expectedGain(input);
  return expected && { mean: -expected.mean, sd: expected.sd };
}

/** The same of a recalibrated version, by what recalibrating saved in earlier windows; null where nothing says it. */
export function expectedOfRecalibration(
  { recalibration, price }: WorthInput,
): { mean: number; sd: number } | null {
  const found = recalibration && expectedSaving(recalibration, price);
  return found ? { mean: -found.mean, sd: found.error } : null;
}

/** One regime's part of a decision. */
interface Part {
  readonly weight: number;
  readonly name: string;
  readonly outlook: Outlook;
  readonly level: number;
  readonly belief: Belief;
}

/** What is asked of beliefs. */
export interface Question
  extends Pick<WorthInput, "serving" | "next" | "window" | "price" | "horizon" | "caution" | "passes"> {
  /** factor on what is not known of the forecast; left out: 1 */
  readonly widened?: number;
}

/** Decides from what is believed: for a replay, which learns window by window. */
export function decideFrom(beliefs: readonly Belief[], question: Question): WorthDecision {
  const parts = partsOf(beliefs, question);
  const { level } = beliefs[0];
  const regimes = parts.map(({ name, weight }) => ({ name, weight }));
  const { next, serving, price } = question;
  const current = beliefs[0].versions.find(({ id }) => id === serving);
  if (!next || !current || next.through <= current.through) {
    const none = { mean: 0, low: 0, high: 0 };
    return {
      answer: "wait",
      text: "No window was labelled since what serves was trained: a training now could learn nothing new",
      level,
      gain: none,
      price,
      advantage: -price,
      chance: 0,
      turns: 0,
      forecast: [],
      regimes,
      recalibration: null,
    };
  }
  const forecast = forecastOf(parts, question);
  const gain = totalOf(parts, question);
  const advantage = advantageOf(parts, question, 0);
  const chance = chanceOf(parts, question);
  const trains = trainsAt(parts, question);
  const turns = trains ? 0 : turnsOf(parts, question);
  const answer = trains ? "retrain" : turns >= TURNS_MIN ? "cannot tell yet" : "wait";
  return {
    answer,
    text: textOf(answer, { gain, question }),
    level,
    gain,
    price,
    advantage,
    chance,
    turns,
    forecast,
    regimes,
    recalibration: null,
  };
}

function partsOf(beliefs: readonly Belief[], question: Question): Part[] {
  const most = Math.max(...beliefs.map(({ logWeight }) => logWeight));
  const weights = beliefs.map(({ logWeight }) => Math.exp(logWeight - most));
  const kept = weights.map((weight) => weight < WEIGHT_MIN ? 0 : weight);
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  return beliefs.flatMap((belief, i) => {
    if (kept[i] === 0) return [];
    const outlook = outlookOf(belief, question);
    return [{ weight: kept[i] / total, name: belief.regime.name, outlook, level: belief.level, belief }];
  });
}

const NOTHING: Lag = { maturity: 0, ageing: 0, behind: 0, lack: 0, sd: 0 };

function outlookOf(belief: Belief, { serving, next, window, passes, widened = 1 }: Question): Outlook {
  const current = belief.versions.find(({ id }) => id === serving);
  const { passing, inherited } = belief.regime;
  if (!current || !next) {
    return {
      lag: NOTHING,
      learned: 0,
      newer: 0,
      learnedLater: () => 0,
      passing,
      inherited,
      ahead: 1,
      passes,
    };
  }
  const newer = next.through - current.through;
  const perWindow = (next.rows - current.rows) / Math.max(1, newer);
  const lag = lagOf(belief, serving, next);
  return {
    lag: { ...lag, sd: widened * lag.sd },
    learned: learnedMore(belief, current.rows, next.rows),
    newer,
    learnedLater: (windows) => learnedMore(belief, next.rows, next.rows + Math.max(0, perWindow) * windows),
    passing,
    inherited,
    ahead: window - next.through,
    passes,
  };
}

/** The same outlook with what serves fallen behind by some standard deviations more. */
const shifted = (outlook: Outlook, deviations: number): Outlook =>
  deviations === 0
    ? outlook
    : { ...outlook, lag: { ...outlook.lag, behind: outlook.lag.behind + deviations * outlook.lag.sd } };

function advantageOf(parts: readonly Part[], { price, horizon }: Question, deviations: number): number {
  let sum = 0;
  for (const { weight, outlook, level } of parts) {
    const { now, waiting } = planOf(shifted(outlook, deviations), { price: price / level, horizon });
    sum += weight * level * (waiting - now);
  }
  return sum;
}

/** The deviation from which on training now is better: a version further behind never makes it worse. */
function turningPoint(parts: readonly Part[], question: Question): number {
  let low = -6;
  let high = 6;
  if (advantageOf(parts, question, high) <= 0) return Infinity;
  if (advantageOf(parts, question, low) > 0) return -Infinity;
  for (let i = 0; i < 24; i++) {
    const middle = (low + high) / 2;
    if (advantageOf(parts, question, middle) > 0) high = middle;
    else low = middle;
  }
  return high;
}

const chanceOf = (parts: readonly Part[], question: Question) =>
  1 - normalCdf(turningPoint(parts, question), 0, 1);

/** Chance that the next labels move the forecast past the point at which training is the answer. */
function turnsOf(parts: readonly Part[], question: Question): number {
  const needed = turningPoint(parts, question) + normalQuantile(question.caution, 0, 1);
  if (!Number.isFinite(needed)) return 0;
  let chance = 0;
  for (const { weight, belief, outlook: { lag } } of parts) {
    const move = nextMove(belief, question.serving, question.next!);
    if (move > 0) chance += weight * (1 - normalCdf(needed * lag.sd / move, 0, 1));
  }
  return chance;
}

function spanOf(parts: readonly Part[], valueOf: (outlook: Outlook) => { mean: number; sd: number }) {
  const values = parts.map(({ weight, level, outlook }) => {
    const { mean, sd } = valueOf(outlook);
    return { weight, mean: level * mean, sd: level * sd };
  });
  const mean = values.reduce((sum, value) => sum + value.weight * value.mean, 0);
  const variance = values.reduce(
    (sum, value) => sum + value.weight * (value.sd ** 2 + (value.mean - mean) ** 2),
    0,
  );
  const reach = WITHIN * Math.sqrt(variance);
  return { mean, low: mean - reach, high: mean + reach };
}

const forecastOf = (parts: readonly Part[], { window, horizon }: Question) =>
  Array.from({ length: horizon }, (_, m) => ({
    window: window + m,
    ...spanOf(parts, (outlook) => ({ mean: gainOf(outlook, m), sd: outlook.lag.sd })),
  }));

const totalOf = (parts: readonly Part[], { horizon }: Question) =>
  spanOf(parts, (outlook) => {
    let mean = 0;
    for (let m = 0; m < horizon; m++) mean += gainOf(outlook, m);
    return { mean, sd: horizon * outlook.lag.sd };
  });

function textOf(
  answer: WorthDecision["answer"],
  { gain, question: { price, horizon } }: {
    gain: { mean: number; low: number; high: number };
    question: Question;
  },
): string {
  const sums =
    `Training now: worth ${brief(gain.low)} to ${brief(gain.high)} over the next ${horizon} windows, ` +
    `costs ${brief(price)}`;
  if (answer === "retrain") return sums;
  return answer === "wait" ? `${sums}; waiting is better` : `${sums}; the next outcomes may turn that`;
}
