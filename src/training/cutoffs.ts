import { DAY_MS } from "../core/time.ts";

/**
 * The first cut-off of a shop that names none: on a grid that does not move when older events arrive late (whole steps
 * from Monday, 1970-01-05), once `activeDays` of events lie before it.
 */
function firstCutoff(
  { firstEventMs, activeDays, stepDays }: { firstEventMs: number; activeDays: number; stepDays: number },
): number {
  const step = stepDays * DAY_MS;
  const monday = 4 * DAY_MS;
  return monday + Math.ceil((firstEventMs + activeDays * DAY_MS - monday) / step) * step;
}

/** What decides which cut-offs a model has, and when their outcomes are complete; of its configuration. */
interface CutoffSettings {
  /** ISO date; null: `active_days` after the first event */
  first_cutoff: string | null;
  active_days: number;
  step_days: number;
  horizon_days: number;
  min_train_cutoffs: number;
}

/** The first cut-off of a model, ms since the epoch: the one it names, or that of {@link firstCutoff}. */
export function gridStart(
  { first_cutoff: named, active_days: activeDays, step_days: stepDays }: Omit<
    CutoffSettings,
    "horizon_days" | "min_train_cutoffs"
  >,
  firstEventMs: number,
): number {
  return named === null ? firstCutoff({ firstEventMs, activeDays, stepDays }) : Date.parse(named);
}

/**
 * The first moment at which a model can be trained, ms since the epoch: when the outcomes of `min_train_cutoffs` cut-offs
 * are complete. Whether their rows suffice shows only then.
 */
export function firstTrainingMs(settings: CutoffSettings, firstEventMs: number): number {
  const { step_days: stepDays, horizon_days: horizonDays, min_train_cutoffs: cutoffs } = settings;
  return gridStart(settings, firstEventMs) + ((cutoffs - 1) * stepDays + horizonDays) * DAY_MS;
}

/**
 * The cut-offs whose outcomes are complete at `asOfMs`: a fixed grid from `firstMs`, so that rows built once are used again.
 * @returns ms since the epoch, oldest first, at most the newest `max`
 */
export function labelledCutoffs(
  { firstMs, asOfMs, stepDays, horizonDays, max }: {
    firstMs: number;
    asOfMs: number;
    stepDays: number;
    horizonDays: number;
    max: number;
  },
): number[] {
  const step = stepDays * DAY_MS;
  const last = Math.floor((asOfMs - horizonDays * DAY_MS - firstMs) / step);
  const from = Math.max(0, last - max + 1);
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, i) => firstMs + (from + i) * step);
}
