import type { ModelEconomics } from "../../src/models/model.ts";
/** Made-up evidence of two models on the same shoppers. */
import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Economics } from "../../src/impact/economics.ts";
import { profitCurve } from "../../src/impact/curve.ts";
import { economicsOf } from "../../src/impact/economics.ts";
import type { ImpactEvidence } from "../../src/impact/impact_evidence.ts";
import type { Impact } from "../../src/impact/impact.ts";
import { reportOf } from "../../src/impact/report.ts";
import { type Stored, valueStage } from "../../src/impact/stage.ts";
import { type DeployedCycle, type ImpactInput, summarise } from "../../src/impact/summary.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";

export const day = (days: number) => new Date(Date.UTC(2024, 0, 1) + days * DAY_MS).toISOString();

/** A contact that keeps a churner earns 8 and costs 2: it pays from a chance of 0.25 on. */
export const economics: Economics = { effect: 8, contactCost: 2, budget: Infinity, basis: "profit" };

/** Rows of some cut-offs, `days` apart: each shopper has a chance of churning, and models that see it more or less well. */
export function evidenceOf(
  { n = 400, cutoffs = 1, days = 28, seed = 1, before = 0, after = 1, base = 1 }: {
    n?: number;
    cutoffs?: number;
    days?: number;
    seed?: number;
    /** how much of the chance a model sees: 0 nothing, 1 all */
    before?: number;
    after?: number;
    /** what every chance is multiplied by */
    base?: number;
  } = {},
): ImpactEvidence {
  const random = seededRandom(seed);
  const rows: ImpactEvidence["rows"] = { cutoff: [], shopper: [], outcome: [], before: [], after: [] };
  for (let cutoff = 0; cutoff < cutoffs; cutoff++) {
    for (let shopper = 0; shopper < n; shopper++) {
      const chance = base * random();
      const seen = (share: number) => share * chance + (1 - share) * base * random();
      rows.cutoff.push(cutoff);
      rows.shopper.push(shopper);
      rows.outcome.push(random() < chance ? 1 : 0);
      rows.before.push(seen(before));
      rows.after.push(seen(after));
    }
  }
  return {
    kind: "classification",
    loss: "logLoss",
    cap: null,
    horizonDays: 28,
    confidence: 0.9,
    groups: [],
    rows,
    cutoffs: Array.from({ length: cutoffs }, (_, i) => ({ cutoff: day(i * days), population: n })),
  };
}

/** What is stored of a stage that was measured. */
export const stored = (evidence: ImpactEvidence): Stored => ({
  report: reportOf(evidence),
  unmeasured: null,
  evidence,
});

export type StoredCycle =
  & Omit<DeployedCycle, "validation" | "outcomes">
  & Record<"validation" | "outcomes", Stored>;

/** What is told of some cycles under some settings, as `readImpact` does. */
export function summaryOf(
  cycles: readonly StoredCycle[],
  settings: object,
  { use = "retention", ...over }: Partial<ImpactInput> & { use?: ModelEconomics } = {},
): Impact {
  const config = configOf(RetrainingConfig.parse(settings), "churn");
  const found = economicsOf(use, config);
  const economics = found.kind === "stated" ? found.economics : null;
  const measured = cycles.find(({ validation }) => validation.evidence);
  const points = measured && economics && profitCurve(measured.validation.evidence!, economics);
  return summarise({
    model: "churn",
    asOf: day(28 * 5),
    currency: "EUR",
    config,
    found,
    deployed: cycles.map(({ validation, outcomes, ...cycle }) => ({
      ...cycle,
      validation: valueStage(validation, economics),
      outcomes: valueStage(outcomes, economics),
    })),
    moves: [1, 2, 3].map((version) => ({ version, asOf: day(28 * version) })),
    ended: { cycles: 5, seconds: 500 },
    curve: points ? { cycle: measured.id, stage: "validation", points } : null,
    ...over,
  });
}
