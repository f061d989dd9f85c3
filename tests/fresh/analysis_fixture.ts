/** What the analysis page reads, from the cycles of a fixture and made-up evidence of their deployments. */
import type { AnalysedRow } from "../../src/db/analysed_cycles.ts";
import type { Impact } from "../../src/impact/impact.ts";
import type { ImpactReport } from "../../src/impact/report.ts";
import { analysedCycle } from "../../src/reporting/analysis.ts";
import { type AnalysisView, briefOf, viewOf } from "../../src/reporting/analysis_page.ts";
import type { Cycle } from "../../src/reporting/cycle.ts";
import { evidenceOf, stored, type StoredCycle, summaryOf } from "../impact/rows.ts";
import type { Fixture } from "./fixture.ts";

const STATED = { kept_customer_value: 40, offer_success: 0.2, contact_cost: 2, machine_hour_cost: 36 };
const NOTHING = { report: null, unmeasured: "not known yet", evidence: null };
const LOSSES: Readonly<Record<string, string>> = { churn: "logLoss", spending: "cappedMse" };

/** Economics are stated of churn, and of spending they are not. */
export function analysisView(
  fixture: Fixture,
  model: string,
  { stated = model === "churn" } = {},
): AnalysisView {
  const impact = impactOf(fixture, model, stated), models = Object.keys(LOSSES);
  const cyclesOf = (name: string) =>
    fixture.cycles.filter((c) => c.model === name && c.endedAt !== null).map((c) =>
      analysedCycle(rowOf(c, fixture), {
        machine_hour_cost: stated ? 36 : null,
        cycle_person_cost: 0,
      })
    );
  const view = viewOf({ model, loss: LOSSES[model], cycles: cyclesOf(model), impact });
  const reports = (name: string): ImpactReport[] =>
    impactOf(fixture, name, false).cycles.flatMap((c) => c.against === null ? [] : c.outcomes.report ?? []);
  const brief = models.map((name) =>
    briefOf({ model: name, loss: LOSSES[name], cycles: cyclesOf(name), reports: reports(name) })
  );
  return { ...view, brief };
}

function rowOf(cycle: Cycle, { moves, versions }: Fixture): AnalysedRow {
  const { evidence, startedAt, outcome, ...rest } = cycle;
  const moved = moves.find((m) => m.model === cycle.model && m.version === cycle.challenger);
  return {
    ...{ ...rest, outcome: outcome!, compared: evidence, calledAt: startedAt },
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
      const { shopper } = evidence.rows, flat = shopper.map(() => 0.01);
      const groups = ["recency", "money in windows"].map((group, g) => ({
        ...{ group, shopper, before: flat, after: shopper.map((s) => 0.01 + 0.02 * ((s % 7) - 2 - g)) },
      }));
      return stored({ ...evidence, groups });
    };
    return {
      ...{ id, number, asOf, trigger, outcome: outcome!, reasons, seconds: 12 + number },
      ...{ version: move.version, against: move.previous },
      validation: made(number, i % 3 === 0 ? 0.9 : 0.35),
      outcomes: i === 0 ? NOTHING : made(100 + number, i % 3 === 0 ? 0.9 : 0.3),
    };
  });
  const asOf = own.at(0)?.asOf ?? "2011-02-01T00:00:00.000Z";
  return summaryOf(deployed, stated ? STATED : {}, {
    ...{ kind: model === "spending" && !stated ? "regression" : "classification" },
    ...{ model, asOf, moves: own.toReversed(), currency: "EUR" },
    ended: { cycles: 20, seconds: 500 },
  });
}
