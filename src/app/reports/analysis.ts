/** Statistics over a model's cycles: frequency, changes, effort. Plain data in, plain data out. */
import { DAY_MS } from "../../core/time.ts";
import type { AnalysedRow } from "../../db/cycles/analysed_cycles.ts";
import { cycleCost } from "../../impact/economics.ts";
import { becauseOf } from "../../impact/summary.ts";
import type { ModelConfig } from "../../config/retraining.ts";
import { median } from "../../stats/quantile.ts";
import { secondsByStage } from "../../retraining/stage_seconds.ts";

/** A change of the loss as a share of what it was before, with its interval; an end that is nowhere is null. */
export interface Change {
  mean: number;
  low: number | null;
  high: number | null;
  n: number;
  confidence: number;
}

/** One cycle as the charts show it. */
export interface AnalysedCycle extends Omit<AnalysedRow, "reasons" | "compared" | "stages"> {
  /** what called for it, beside what every retraining needs; else its trigger */
  because: string;
  /** null: nothing was compared, or the first model was, with a guess */
  change: (Change & { loss: string; margin: number }) | null;
  /** at work or waiting for workers, by stage; a person's time to approve is not among them */
  seconds: Record<string, number>;
  secondsTotal: number;
  /** null: what an hour costs is not stated */
  cost: number | null;
}

type Costs = Pick<ModelConfig, "machine_hour_cost" | "cycle_person_cost">;

/** A cycle with its change, its reason, and what it took. */
export function analysedCycle(
  { reasons, compared, stages, ...row }: AnalysedRow,
  costs: Costs,
): AnalysedCycle {
  const { approve: _, ...seconds } = secondsByStage(stages);
  const secondsTotal = Object.values(seconds).reduce((a, b) => a + b, 0);
  const spoke = reasons.filter(({ speaks }) => speaks === "for");
  return {
    ...row,
    because: becauseOf(spoke) ?? row.trigger,
    change: compared?.against === "champion"
      ? { ...relativeChange(compared), loss: compared.loss, margin: compared.margin / compared.championLoss }
      : null,
    seconds,
    secondsTotal,
    cost: cycleCost(secondsTotal, costs),
  };
}

/** A difference of losses as a share of the loss it is compared with. */
export function relativeChange(
  { difference, championLoss }: Pick<NonNullable<AnalysedRow["compared"]>, "difference" | "championLoss">,
): Change {
  const share = (x: number) => Number.isFinite(x) && championLoss > 0 ? x / championLoss : null;
  const { mean, low, high, n, confidence } = difference;
  return { mean: share(mean) ?? 0, low: share(low), high: share(high), n, confidence };
}

/** The mean of some changes, with an interval that holds whatever they have in common. */
export interface Together extends Change {
  /** how many changes; `n` is their rows */
  changes: number;
}

/**
 * The mean of changes that were each measured on rows of their own. They may share shoppers and seasons, so nothing is
 * gained by averaging: the standard error of a mean is at most the mean of the standard errors, and reaches it when all
 * err alike. So the interval goes from the mean of the lower ends to the mean of the upper ends.
 * @returns null without changes; an end is null where one of theirs is
 */
export function together(changes: readonly Change[]): Together | null {
  if (changes.length === 0) return null;
  const meanOf = (values: readonly (number | null)[]) =>
    values.some((v) => v === null) ? null : values.reduce<number>((a, b) => a + b!, 0) / values.length;
  return {
    mean: meanOf(changes.map((c) => c.mean))!,
    low: meanOf(changes.map((c) => c.low)),
    high: meanOf(changes.map((c) => c.high)),
    n: changes.reduce((sum, c) => sum + c.n, 0),
    confidence: Math.min(...changes.map((c) => c.confidence)),
    changes: changes.length,
  };
}

/** The number of cycles that began by one trigger and ended in one way within a period. */
export interface Bar {
  from: string;
  until: string;
  trigger: AnalysedRow["trigger"];
  outcome: AnalysedRow["outcome"];
  cycles: number;
}

/** The middle of some lengths, with the shortest and the longest. */
export interface Spread {
  n: number;
  median: number;
  least: number;
  most: number;
}

/** The frequency of trainings, by the moments that cycles hold for. */
export interface Frequency {
  unit: "day" | "week" | "month";
  bars: Bar[];
  /** days between one training and the next; null: fewer than two */
  days: Spread | null;
}

/** Longer than this, and bars of a day, or of a week, would be too thin to see. */
const DAYS_OF_DAYS = 28;
const DAYS_OF_WEEKS = 190;

/** Counts cycles by period. @param cycles oldest first */
export function frequencyOf(
  cycles: readonly Pick<AnalysedCycle, "asOf" | "trigger" | "outcome">[],
): Frequency {
  const ms = cycles.map(({ asOf }) => Date.parse(asOf)).sort((a, b) => a - b);
  const span = ms.length > 0 ? (ms.at(-1)! - ms[0]) / DAY_MS : 0;
  const unit = span <= DAYS_OF_DAYS ? "day" : span <= DAYS_OF_WEEKS ? "week" : "month";
  const bars = new Map<string, Bar>();
  for (const { asOf, trigger, outcome } of cycles) {
    const [from, until] = periodOf(new Date(asOf), unit);
    const key = `${from} ${trigger} ${outcome}`;
    const bar = bars.get(key) ?? { from, until, trigger, outcome, cycles: 0 };
    bars.set(key, { ...bar, cycles: bar.cycles + 1 });
  }
  return {
    unit,
    bars: [...bars.values()],
    days: spread(ms.slice(1).map((startedMs, i) => (startedMs - ms[i]) / DAY_MS)),
  };
}

/** The period of a moment, in UTC; weeks begin on Monday. */
function periodOf(at: Date, unit: Frequency["unit"]): [from: string, until: string] {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const weekday = (at.getUTCDay() + 6) % 7;
  const ends = {
    day: [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)],
    week: [Date.UTC(year, month, day - weekday), Date.UTC(year, month, day - weekday + 7)],
    month: [Date.UTC(year, month), Date.UTC(year, month + 1)],
  }[unit];
  return [new Date(ends[0]).toISOString(), new Date(ends[1]).toISOString()];
}

/** @returns null of nothing */
export function spread(lengths: readonly number[]): Spread | null {
  if (lengths.length === 0) return null;
  const sorted = lengths.toSorted((a, b) => a - b);
  return { n: sorted.length, median: median(sorted), least: sorted[0], most: sorted.at(-1)! };
}
