import { weighedChecks } from "../src/db/cycles/checks.ts";
import { DAY_MS } from "../src/core/time.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { expectedGain, WorthInput } from "../src/retraining/worth/decide.ts";
import type { MetForecast } from "../src/retraining/worth/forecasts.ts";
import { pairedInterval, standardError } from "../src/stats/paired.ts";
import type { ActivityDeps } from "./deps.ts";
import type { Scored, ScoredRows } from "./scored_version.ts";

/** Newest checks whose forecasts are looked for. */
const CHECKS_MAX = 24;
/** Forecasts that are remembered. */
const FORECASTS_MAX = 24;

/**
 * Sets the forecasts of earlier checks whose cycle made a version beside what came on the first cut-off that this version was
 * meant for: what served then and what was made, on the same rows. What was met before is remembered by the newest check
 * that weighed, also once the versions are gone.
 * @returns oldest first
 */
export async function metForecasts(
  { sql }: Pick<ActivityDeps, "sql">,
  { model, config, scored, asOfMs }: {
    model: string;
    config: ModelConfig;
    scored: readonly Scored[];
    asOfMs: number;
  },
): Promise<MetForecast[]> {
  const checks = await weighedChecks(sql, model, { beforeMs: asOfMs, limit: CHECKS_MAX });
  const weighed = checks.flatMap(({ asOf, worth, version }) => {
    const parsed = WorthInput.safeParse(worth);
    return parsed.success ? [{ asOf, version, input: parsed.data }] : [];
  });
  const met = new Map((weighed[0]?.input.forecasts ?? []).map((forecast) => [forecast.asOf, forecast]));
  for (const { asOf, version, input } of weighed) {
    if (met.has(asOf) || version === null) continue;
    const forecast = metBy({ asOf, made: String(version), input }, { config, scored });
    if (forecast) met.set(asOf, forecast);
  }
  return [...met.values()].sort((a, b) => a.asOf < b.asOf ? -1 : 1).slice(-FORECASTS_MAX);
}

/** Null: nothing was forecast, a recalibration was made, or the cut-off's outcomes or a version are not there. */
function metBy(
  { asOf, made, input }: { asOf: string; made: string; input: WorthInput },
  { config, scored }: { config: ModelConfig; scored: readonly Scored[] },
): MetForecast | null {
  const expected = expectedGain(input);
  const newer = scored.find(({ version }) => version.id === made);
  const older = scored.find(({ version }) => version.id === input.serving);
  if (!expected || !newer || !older || newer.manifest.recalibrated || input.origin === null) return null;
  const cutoffMs = Date.parse(input.origin) + input.window * config.step_days * DAY_MS;
  const cutoff = new Date(cutoffMs).toISOString();
  const difference = differenceOn(cutoff, older, newer);
  if (!difference) return null;
  return {
    asOf,
    cutoff,
    made,
    instead: input.serving,
    mean: expected.mean,
    sd: expected.sd,
    came: difference.mean,
    error: difference.error,
  };
}

function differenceOn(cutoff: string, older: Scored, newer: Scored): { mean: number; error: number } | null {
  const [theirs, ours] = [older, newer].map(({ rows }): ScoredRows | undefined => rows.get(cutoff));
  if (!theirs || !ours || theirs.loss.length !== ours.loss.length) return null;
  const interval = pairedInterval(theirs.loss.map((value, i) => value - ours.loss[i]), theirs.shopper);
  const error = standardError(interval);
  return Number.isFinite(error) ? { mean: interval.mean, error } : null;
}
