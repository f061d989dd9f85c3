import { economicsOf } from "../impact/economics.ts";
import type { ImpactEvidence } from "../impact/impact_evidence.ts";
import { Money, sumOf } from "../impact/money.ts";
import { compareProfit } from "../impact/profit.ts";
import { partOf } from "../impact/stage.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { ModelConfig } from "../config/retraining.ts";

/** Predictions of one policy for the population of one moment, with outcomes. Arrays are parallel. */
export interface Predicted {
  asOf: string;
  shopper: number[];
  outcome: number[];
  prediction: number[];
}

/** A sum, or the settings that it lacks. */
export type Worth = { gain: Money; missing: [] } | { gain: null; missing: string[] };

/**
 * Computes the earnings of contacting shoppers by one policy's predictions over another's, by the stated economics.
 * Each moment stands for the days until the next: horizons overlap, contacts do not.
 * @param options.stepDays between moments
 */
export function worthOf(
  { kind, loss, economics: use }: Pick<ModelDefinition, "kind" | "loss" | "economics">,
  config: ModelConfig,
  { before, after, stepDays }: {
    before: readonly Predicted[];
    after: readonly Predicted[];
    stepDays: number;
  },
): Worth {
  const economics = economicsOf(use, config);
  if (economics.kind === "none") return { gain: null, missing: [] };
  if (economics.kind === "missing") return { gain: null, missing: economics.settings };
  if (economics.economics.basis !== "profit") return { gain: null, missing: ["offer_lift"] };
  const theirs = new Map(before.map((moment) => [moment.asOf, moment]));
  const parts = after.flatMap((ours) => {
    const other = theirs.get(ours.asOf);
    if (!other) return [];
    const part = partOf(compareProfit(evidenceOf(kind, loss, config, other, ours), economics.economics));
    return [{ ...part, scale: part.scale * Math.min(1, stepDays / config.horizon_days) }];
  });
  return { gain: sumOf(parts, { confidence: config.confidence }), missing: [] };
}

function evidenceOf(
  kind: ModelDefinition["kind"],
  loss: string,
  { horizon_days: horizonDays, confidence }: ModelConfig,
  before: Predicted,
  after: Predicted,
): ImpactEvidence {
  const { asOf: cutoff, shopper, outcome } = after;
  return {
    kind,
    loss,
    cap: null,
    horizonDays,
    confidence,
    groups: [],
    cutoffs: [{ cutoff, population: shopper.length }],
    rows: {
      shopper,
      outcome,
      before: before.prediction,
      after: after.prediction,
      cutoff: shopper.map(() => 0),
    },
  };
}
