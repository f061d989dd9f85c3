import { DriftEvidence } from "../monitoring/drift.ts";
import { judgePerformance } from "../performance/judge_performance.ts";
import type { PerformanceEvidence } from "../performance/performance_evidence.ts";
import { QualityEvidence } from "../quality/quality_evidence.ts";
import { judgeWithOwn } from "../quality/own.ts";
import type { ExplainDeps } from "../retraining/explain.ts";
import { recomputeDrift } from "../monitoring/recompute_drift.ts";
import { redactionsBehind } from "../db/people/redactions.ts";
import { openValue } from "../registry/sealed.ts";
import { codeVersion } from "../core/code_version.ts";
import { ownSources } from "./models.ts";
import type { Shared } from "./shared.ts";

/** Returns what recomputes past checks: the code that judges now. */
export async function recomputing(
  shared: Pick<Shared, "sql" | "store" | "driftWorkers" | "config" | "deciding">,
): Promise<ExplainDeps> {
  const { sql, store, driftWorkers } = shared;
  return {
    open: (sha256) => openValue(store, sha256),
    recompute: {
      quality: (evidence) => judgeWithOwn(QualityEvidence.parse(evidence)),
      drift: (evidence) => recomputeDrift({ store, driftWorkers }, DriftEvidence.parse(evidence)),
      performance: (evidence) => Promise.resolve(judgePerformance(evidence as PerformanceEvidence)),
    },
    redactions: (sha256s) => redactionsBehind(sql, sha256s),
    codeVersion: await codeVersion(await ownSources(shared)),
  };
}
