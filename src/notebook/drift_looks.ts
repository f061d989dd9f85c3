import { listObservations } from "../db/monitoring/observations.ts";
import { metPredictions } from "../db/monitoring/outcomes.ts";
import { getVersion } from "../db/models/versions.ts";
import type { Table } from "../drift/table.ts";
import { columnOf, type FeatureBlock, shopperNumber } from "../features/blocks.ts";
import { readColumns } from "../features/shards.ts";
import { type RowLoss, rowLosses } from "../stats/metrics.ts";
import type { ModelDefinition } from "../models/model.ts";
import { DriftEvidence } from "../monitoring/drift.ts";
import { DriftReport } from "../drift/report.ts";
import { pairedInterval } from "../stats/paired.ts";
import type { Interval } from "../stats/interval.ts";
import type { History } from "./history.ts";

/** A look at a model's inputs, and how the version did on the shoppers of that moment. */
export interface DriftLook {
  report: DriftReport;
  evidenceSha256: string;
  /** its loss there less the one it was validated with, above zero is worse; null: no outcome is known */
  rise: Interval | null;
}

const LOOKS = 500;
const PREDICTIONS = 1_000_000;

/**
 * All looks at a model's inputs, oldest first, each beside what outcomes later said of the predictions of that moment. The
 * loss at validation is taken as known: its own error is not in the interval.
 */
export async function driftLooks(
  { sql }: History,
  { name: model, loss }: ModelDefinition,
): Promise<DriftLook[]> {
  const looks = (await listObservations(sql, { kind: "drift", model, limit: LOOKS })).reverse();
  const rises = new Map<number, (asOf: string) => Interval | null>();
  const found: DriftLook[] = [];
  for (const { report: stored, evidenceSha256 } of looks) {
    const report = DriftReport.parse(stored);
    const { version } = report;
    if (!rises.has(version)) rises.set(version, await riseOf({ sql }, { model, loss, version }));
    found.push({ report, evidenceSha256, rise: rises.get(version)!(report.asOf) });
  }
  return found;
}

async function riseOf(
  { sql }: Pick<History, "sql">,
  { model, loss, version }: { model: string; loss: RowLoss; version: number },
): Promise<(asOf: string) => Interval | null> {
  const { manifest: { metrics, targetCap } } = await getVersion(sql, model, version);
  const { rows } = await metPredictions(sql, { model, version, asOfMs: 8.64e15 / 1000, limit: PREDICTIONS });
  const byMoment = Map.groupBy(rows, ({ asOfMs }) => asOfMs);
  return (asOf) => {
    const atMoment = byMoment.get(Date.parse(asOf));
    const validated = metrics[loss] ?? null;
    if (!atMoment || validated === null) return null;
    const losses = rowLosses(
      loss,
      atMoment.map((row) => row.outcome),
      atMoment.flatMap((row) => row.probabilities ?? row.prediction),
      {
        cap: targetCap ?? undefined,
      },
    );
    return pairedInterval(
      losses.map((value) => value - validated),
      atMoment.map((row) => shopperNumber(row.userKey)),
      {
        confidence: 0.9,
      },
    );
  };
}

/** The shoppers of the newest look as a table of what is watched: rows of one moment, among which nothing changed. */
export async function shoppersOf({ open, store }: History, { evidenceSha256 }: DriftLook): Promise<Table> {
  const { current, watched } = DriftEvidence.parse(await open(evidenceSha256));
  const columns = (block: FeatureBlock) => watched.map((name) => columnOf(block, name));
  const { users, values } = await readColumns(store, current.block, { columns });
  return { names: watched, kinds: watched.map(() => "numeric"), rows: users.length, values };
}
