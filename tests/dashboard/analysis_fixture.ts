/** What the analysis page reads, from the cycles of a fixture and made-up evidence of their deployments. */
import type { AnalysedRow } from "../../src/db/cycles/analysed_cycles.ts";
import type { Impact } from "../../src/impact/impact.ts";
import type { ImpactReport } from "../../src/impact/report.ts";
import { analysedCycle } from "../../src/app/reports/analysis.ts";
import { type AnalysisView, briefOf, viewOf } from "../../src/dashboard/reads/analysis.ts";
import { atGate, differing, onOutcomes } from "../../src/app/reports/compare.ts";
import {
  type ComparedVersion,
  type CompareView,
  gateOf,
  lineageOf,
} from "../../src/dashboard/reads/compare.ts";
import { DEFAULT_CONFIG } from "../../src/db/config/config_versions.ts";
import type { Cycle } from "../../src/retraining/cycle.ts";
import { evidenceOf, stored, type StoredCycle, summaryOf } from "../impact/rows.ts";
import type { Fixture } from "./fixture.ts";

const STATED = { kept_customer_value: 40, offer_success: 0.2, contact_cost: 2, machine_hour_cost: 36 };
const NOTHING = { report: null, unmeasured: "not known yet", evidence: null };
const lossOf = (model: string): string => model === "spending" ? "cappedMse" : "logLoss";

/** Economics are stated of churn, and of spending they are not. */
export function analysisView(
  fixture: Fixture,
  model: string,
  { stated = model === "churn" } = {},
): AnalysisView {
  const impact = impactOf(fixture, model, stated);
  const models = [...new Set(["churn", "spending", ...fixture.versions.map((v) => v.model)])];
  const cyclesOf = (name: string) =>
    fixture.cycles.filter((c) => c.model === name && c.endedAt !== null).map((c) =>
      analysedCycle(rowOf(c, fixture), {
        machine_hour_cost: stated ? 36 : null,
        cycle_person_cost: 0,
      })
    );
  const view = viewOf({ model, loss: lossOf(model), cycles: cyclesOf(model), impact });
  const reports = (name: string): ImpactReport[] =>
    impactOf(fixture, name, false).cycles.flatMap((c) => c.against === null ? [] : c.outcomes.report ?? []);
  const brief = models.map((name) =>
    briefOf({ model: name, loss: lossOf(name), cycles: cyclesOf(name), reports: reports(name) })
  );
  return { ...view, brief };
}

export function rowOf(cycle: Cycle, { moves, versions }: Fixture): AnalysedRow {
  const { evidence, startedAt, outcome, ...rest } = cycle;
  const moved = moves.find((m) => m.model === cycle.model && m.version === cycle.challenger);
  return {
    ...rest,
    outcome: outcome!,
    compared: evidence,
    calledAt: startedAt,
    rows: versions.find((v) => v.cycleId === cycle.id)?.manifest.served.rows ?? null,
    deployedAt: moved?.at ?? null,
  };
}

/** Each deployment with evidence of what was good about it; the newest has no outcomes yet. */
function impactOf({ cycles, moves }: Fixture, model: string, stated: boolean): Impact {
  const own = moves.filter((m) => m.model === model && m.kind === "deploy").toReversed();
  const deployed = own.map((move, i): StoredCycle => {
    const { id, number, asOf, trigger, outcome, reasons } = cycles.find((c) => c.id === move.key)!;
    const made = (seed: number, after: number) => {
      const evidence = evidenceOf({ n: 600, before: 0.3, after, seed });
      const { shopper } = evidence.rows;
      const flat = shopper.map(() => 0.01);
      const groups = ["recency", "money in windows"].map((group, g) => ({
        group,
        shopper,
        before: flat,
        after: shopper.map((s) => 0.01 + 0.02 * ((s % 7) - 2 - g)),
      }));
      return stored({ ...evidence, groups });
    };
    return {
      id,
      number,
      asOf,
      trigger,
      outcome: outcome!,
      reasons,
      seconds: 12 + number,
      version: move.version,
      against: move.previous,
      validation: made(number, i % 3 === 0 ? 0.9 : 0.35),
      outcomes: i === 0 ? NOTHING : made(100 + number, i % 3 === 0 ? 0.9 : 0.3),
    };
  });
  const asOf = own.at(0)?.asOf ?? "2011-02-01T00:00:00.000Z";
  return summaryOf(deployed, stated ? STATED : {}, {
    use: model === "spending" && !stated ? "sales" : "retention",
    model,
    asOf,
    moves: own.toReversed(),
    currency: "EUR",
    ended: { cycles: 20, seconds: 500 },
  });
}

/** Where the versions of a model came from, newest first. */
export const lineage = (fixture: Fixture, model: string) =>
  lineageOf(
    fixture.cycles.filter((c) => c.model === model && c.endedAt !== null).toReversed().map((c) =>
      rowOf(c, fixture)
    ),
  );

/** Two versions beside each other; the one of the higher number had outcomes while it served. */
export function comparison(
  fixture: Fixture,
  { model, a, b }: { model: string; a: number; b: number },
): CompareView | null {
  const { versions, cycles, moves } = fixture;
  const metric = model === "churn" ? "accuracy" : "mse";
  const own = [a, b].map((n) => versions.find((v) => v.model === model && v.version === n));
  if (own.some((v) => v === undefined)) return null;
  const made = own.map((v) => cycles.find((c) => c.id === v!.cycleId)!);
  const one = (i: number): ComparedVersion => ({
    version: own[i]!,
    cycle: made[i],
    config: DEFAULT_CONFIG,
    gate: gateOf(made[i]),
    live: [metric, lossOf(model)].map((metric) => ({ metric, looked: i === 0 ? null : looked(metric, b) })),
  });
  const impacts = impactOf(fixture, model, false).cycles.map((c) => ({
    cycleId: c.cycle,
    stage: "outcomes" as const,
    model,
    version: c.version,
    against: c.against,
    report: c.outcomes.report,
    unmeasured: null,
    evidenceSha256: "e",
    codeVersion: "c",
  }));
  const pair = { a, b };
  return {
    model,
    metric,
    loss: lossOf(model),
    a: one(0),
    b: one(1),
    moves: moves.filter((m) => m.model === model).toReversed(),
    paired: [...impacts.map((i) => onOutcomes(pair, i)), ...made.map((c) => atGate(pair, c))]
      .filter((found) => found !== null),
    recipe: differing(own[0]!.manifest.recipe, own[1]!.manifest.recipe),
  };
}

const looked = (metric: string, version: number): ComparedVersion["live"][number]["looked"] => ({
  asOf: "2011-09-27T00:00:00.000Z",
  version,
  answer: "holds",
  confidence: 0.9,
  waiting: 0,
  measured: {
    metric,
    value: 0.71,
    low: 0.69,
    high: 0.73,
    rows: 950,
    shoppers: 950,
    atDeployment: 0.72,
  },
  estimated: null,
});
