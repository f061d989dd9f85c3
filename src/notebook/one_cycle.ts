import { codeVersion } from "../core/code_version.ts";
import { NotFoundError } from "../core/errors.ts";
import { getCheck, listChecks } from "../db/cycles/checks.ts";
import { getCycle, listCycles } from "../db/cycles/cycles.ts";
import { listImpacts } from "../db/cycles/impacts.ts";
import { getObservations } from "../db/monitoring/observations.ts";
import { getSnapshot } from "../db/cycles/snapshots.ts";
import { versionOfCycle } from "../db/models/versions.ts";
import { compareWindows } from "../drift/windows.ts";
import { ImpactEvidence } from "../impact/impact_evidence.ts";
import { DriftEvidence } from "../monitoring/drift.ts";
import type { PerformanceEvidence } from "../performance/performance_evidence.ts";
import { judgePerformance } from "../performance/judge_performance.ts";
import { QualityEvidence } from "../quality/quality_evidence.ts";
import { judgeWithOwn } from "../quality/own.ts";
import type { ModelVersion } from "../registry/version.ts";
import type { Cycle } from "../retraining/cycle.ts";
import { explain, type Explanation } from "../retraining/explain.ts";
import { recomputeDrift } from "../monitoring/recompute_drift.ts";
import { decodeLabels } from "../features/blocks.ts";
import type { Snapshot } from "../training/snapshot.ts";
import type { Evidence } from "../validation/verdict.ts";
import type { History } from "./history.ts";

/** One retraining cycle with all that it left behind. */
export interface TakenApart {
  cycle: Cycle & { evidence: Evidence };
  version: ModelVersion;
  snapshot: Snapshot;
  /** what both models said of the rows they were compared on, and what came true */
  compared: ImpactEvidence;
}

/**
 * The newest cycle of a model whose validation rows were sealed: before others one whose models differ.
 * @param id this one instead
 * @throws {NotFoundError} no cycle of the model, or not this one, has them
 */
export async function takeApart(history: History, model: string, id?: string): Promise<TakenApart> {
  const { sql } = history;
  const sealed = new Map(
    (await listImpacts(sql, model)).flatMap(({ stage, cycleId, evidenceSha256 }) =>
      stage === "validation" && evidenceSha256 !== null ? [[cycleId, evidenceSha256]] : []
    ),
  );
  const cycles = id ? [await getCycle(sql, id)] : await listCycles(sql, { model, limit: 500 });
  const parts: TakenApart[] = [];
  for (const cycle of cycles) {
    const { evidence, snapshotId } = cycle;
    const sha256 = sealed.get(cycle.id);
    if (!evidence || !snapshotId || !sha256) continue;
    const compared = ImpactEvidence.parse(await history.open(sha256));
    const version = (await versionOfCycle(sql, cycle.id))!;
    const snapshot = await getSnapshot(sql, snapshotId);
    parts.push({ cycle: { ...cycle, evidence }, version, snapshot, compared });
    if (evidence.against === "champion" && differ(compared)) return parts.at(-1)!;
  }
  if (parts.length === 0) throw new NotFoundError("a cycle with sealed validation rows", id ?? model);
  return parts[0];
}

const differ = ({ rows }: ImpactEvidence) => rows.before.some((value, i) => value !== rows.after[i]);

/** The mean label of each cut-off of a snapshot: what there was to learn. */
export async function labelsOf(
  { store }: History,
  { blocks }: Snapshot,
): Promise<{ cutoff: string; rows: number; mean: number }[]> {
  return await Promise.all(blocks.map(async ({ cutoff, rows, labels }) => {
    const values = decodeLabels(await store.getRows(labels));
    return { cutoff, rows, mean: values.reduce((a, b) => a + b, 0) / Math.max(1, values.length) };
  }));
}

/** The check that began a cycle, computed again from its stored evidence; null: it is not stored. */
export async function explainCycle(history: History, { id, model }: Cycle): Promise<Explanation | null> {
  const { sql, store, open } = history;
  const check = (await listChecks(sql, { model, limit: 1000 })).find(({ cycleId }) => cycleId === id);
  if (!check) return null;
  const driftWorkers = {
    compareWindows: (...of: Parameters<typeof compareWindows>) => Promise.resolve(compareWindows(...of)),
    close() {},
  };
  return await explain(await getCheck(sql, check.id), await getObservations(sql, check.observations), {
    open,
    codeVersion: await codeVersion(),
    recompute: {
      quality: (evidence) => judgeWithOwn(QualityEvidence.parse(evidence)),
      drift: (evidence) => recomputeDrift({ store, driftWorkers }, DriftEvidence.parse(evidence)),
      performance: (evidence) => Promise.resolve(judgePerformance(evidence as PerformanceEvidence)),
    },
  });
}
