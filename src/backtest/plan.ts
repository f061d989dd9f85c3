/** Plans the moments of a backtest, and says which of them can be scored. */
import { DAY_MS } from "../core/time.ts";
import { InvalidInputError } from "../core/errors.ts";
import { configOf, type ModelConfig, type RetrainingConfig } from "../config/retraining.ts";
import type { Policy } from "./policies/policy.ts";
import { gridStart, labelledCutoffs } from "../training/cutoffs.ts";

/** Fewer scored moments have no standard error worth the name. */
export const SCORED_MIN = 3;
const MOMENTS_MAX = 400;
/** Policies that decide on losses need a version trained at every moment. */
const TRAINED_MOMENTS_MAX = 60;

export interface Moments {
  /** ISO 8601, oldest first */
  moments: string[];
  /** by model: the first moment that is scored */
  scoredFrom: Record<string, string>;
}

export interface Span {
  firstMs: number;
  lastMs: number;
}

/**
 * The moments between two days, a step apart, whose outcomes the data hold; each model is scored from the moment at which
 * enough cut-offs are labelled for a first training.
 * @param span the first and the newest event; the newest one's day counts as complete
 * @throws {InvalidInputError} the data cannot carry it
 */
export function momentsOf(
  config: RetrainingConfig,
  { models, span, from, to, stepDays }: {
    models: readonly string[];
    span: Span | null;
    from?: string;
    to?: string;
    stepDays?: number;
  },
): Moments {
  if (!span) throw new InvalidInputError("Cannot replay a history without events", "from");
  const configs = models.map((model) => configOf(config, model));
  const horizonDays = Math.max(...configs.map((c) => c.horizon_days));
  const step = (stepDays ?? Math.min(...configs.map((c) => c.step_days))) * DAY_MS;
  const startMs = from ? Date.parse(from) : Math.min(...configs.map((c) => gridStart(c, span.firstMs)));
  const endMs = Math.min(
    to ? Date.parse(to) : Infinity,
    Math.floor(span.lastMs / DAY_MS + 1) * DAY_MS - horizonDays * DAY_MS,
  );
  const count = Math.max(0, Math.floor((endMs - startMs) / step) + 1);
  if (count > MOMENTS_MAX) {
    throw new InvalidInputError(
      `Cannot replay ${count} moments: at most ${MOMENTS_MAX}; take longer steps`,
      "step_days",
    );
  }
  const momentsMs = Array.from({ length: count }, (_, i) => startMs + i * step);
  const scoredFrom = models.map((model, i) =>
    [model, firstScored(model, configs[i], { momentsMs, span })] as const
  );
  return {
    moments: momentsMs.map((ms) => new Date(ms).toISOString()),
    scoredFrom: Object.fromEntries(scoredFrom),
  };
}

/** @throws {InvalidInputError} a policy needs more trainings than are worth waiting for */
export function checkTrainings(
  policies: readonly Pick<Policy, "name" | "losses">[],
  { moments, scoredFrom }: Moments,
): void {
  const needs = policies.find(({ losses }) => losses !== undefined);
  const first = moments.indexOf(Object.values(scoredFrom).sort()[0]);
  const trainings = moments.length - first;
  if (!needs || trainings <= TRAINED_MOMENTS_MAX) return;
  throw new InvalidInputError(
    `Cannot replay "${needs.name}" over ${trainings} moments: it needs a version trained at each of them, at most ` +
      `${TRAINED_MOMENTS_MAX}; take longer steps, or fewer days`,
    "step_days",
  );
}

function firstScored(
  model: string,
  config: ModelConfig,
  { momentsMs, span }: { momentsMs: readonly number[]; span: Span },
): string {
  const { horizon_days: horizonDays, step_days: stepDays, min_train_cutoffs: need } = config;
  const isScored = (asOfMs: number) =>
    labelledCutoffs({ firstMs: gridStart(config, span.firstMs), asOfMs, stepDays, horizonDays, max: need })
      .length >=
      need;
  const scored = momentsMs.filter(isScored);
  if (scored.length >= SCORED_MIN) return new Date(scored[0]).toISOString();
  const lastDay = new Date(span.lastMs).toISOString().slice(0, 10);
  throw new InvalidInputError(
    `Cannot backtest "${model}": ${scored.length} of ${momentsMs.length} moments have ${need} labelled cut-offs before ` +
      `them and ${horizonDays} days of outcomes after them, ${SCORED_MIN} are needed; the events end on ${lastDay}`,
    "from",
  );
}
