/** Which models find something to learn in the events that are replayed. */
import { buildFeatures, buildLabels } from "../app/features/blocks.ts";
import { protocolOf } from "../app/features/labelled_rows.ts";
import { configOf } from "../config/retraining.ts";
import { momentsOf } from "../backtest/plan.ts";
import { InvalidInputError } from "../core/errors.ts";
import { DAY_MS } from "../core/time.ts";
import { currentConfig } from "../db/config/config_versions.ts";
import type { Sql } from "../db/connect.ts";
import { eventSpan } from "../db/events/day_counts.ts";
import { count } from "../format/numbers.ts";
import { gridStart, labelledCutoffs } from "../training/cutoffs.ts";
import type { ReplayProtocol } from "./protocol.ts";
import type { ModelDefinition } from "../models/model.ts";

/**
 * Divides models into those that can be replayed, and those that cannot with why: every outcome known at the first moment
 * that would be scored is the same, or there is none, or there are too few moments. Left in, such a model would end the
 * replay of all.
 */
export async function learnableModels(
  sql: Sql,
  models: ReadonlyMap<string, ModelDefinition>,
  { first: from, last: to, stepDays }: Pick<ReplayProtocol, "first" | "last" | "stepDays">,
): Promise<{ models: string[]; leftOut: { model: string; why: string }[] }> {
  const [{ config }, span] = await Promise.all([currentConfig(sql), eventSpan(sql)]);
  const leftOut: { model: string; why: string }[] = [];
  for (const [name, model] of models) {
    const ofModel = configOf(config, name);
    try {
      const { scoredFrom } = momentsOf(config, { models: [name], span, from, to, stepDays });
      const cutoffs = labelledCutoffs({
        firstMs: gridStart(ofModel, span!.firstMs),
        asOfMs: Date.parse(scoredFrom[name]),
        stepDays: ofModel.step_days,
        horizonDays: ofModel.horizon_days,
        max: ofModel.min_train_cutoffs,
      });
      const why = await nothingIn(sql, model, { cutoffs, protocol: protocolOf(model, ofModel) });
      if (why !== null) leftOut.push({ model: name, why });
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      leftOut.push({ model: name, why: error.message });
    }
  }
  const names = [...models.keys()].filter((name) => !leftOut.some(({ model }) => model === name));
  return { models: names, leftOut };
}

/** Why there is nothing to tell apart at these cut-offs; null: there is. */
async function nothingIn(
  sql: Sql,
  model: ModelDefinition,
  { cutoffs, protocol }: { cutoffs: readonly number[]; protocol: ReturnType<typeof protocolOf> },
): Promise<string | null> {
  let rows = 0;
  const seen = new Set<number>();
  for (const fromMs of cutoffs) {
    const { users } = await buildFeatures(sql, protocol, fromMs);
    const toMs = fromMs + protocol.horizonDays * DAY_MS;
    for (const outcome of await buildLabels(sql, model, { fromMs, toMs, users })) seen.add(outcome);
    rows += users.length;
    if (seen.size > 1) return null;
  }
  if (rows === 0) return "no shopper that it asks about was active at any cut-off known then";
  const [outcome] = seen;
  return `all ${count(rows)} outcomes known at its first moment are the same (${
    model.classes?.[outcome] ?? outcome
  })`;
}
