import { DAY_MS } from "../../src/core/time.ts";
import { findObservation, listObservations, saveObservation } from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import { readQualityEvidence } from "../../src/db/events/quality.ts";
import { noteFindings } from "../../src/db/monitoring/quality_findings.ts";
import { judgeQuality, type QualityEvidence } from "../../src/quality/judge_quality.ts";
import { sealValue } from "../../src/registry/sealed.ts";
import type { ActivityDeps } from "../deps.ts";
import { sampleFeatures } from "./feature_sample.ts";
import { alphasOf } from "./observation_key.ts";

const dayOf = (ms: number) => Math.floor(ms / DAY_MS);

/** Looks at the events as of a moment, once per key: a retry finds the look made first. Features are looked at once a day. */
export async function observeQuality(
  deps: ActivityDeps,
  { key, asOfMs }: { key: string; asOfMs: number },
): Promise<Observation> {
  const { sql, store, codeVersion } = deps;
  const kind = "quality";
  const model = null;
  const known = await findObservation(sql, { kind, model, key });
  if (known) return known;
  const [previous] = await listObservations(sql, { kind, model, beforeMs: asOfMs, limit: 1 });
  const previousMs = previous ? Date.parse(previous.asOf) : null;
  const [alpha] = await alphasOf(deps, { kind, model, watched: ["quality"], asOfMs });
  const evidence: QualityEvidence = {
    ...await readQualityEvidence(sql, { asOfMs }),
    alpha,
    previousMs,
    features: previousMs !== null && dayOf(previousMs) === dayOf(asOfMs)
      ? null
      : await sampleFeatures(deps, asOfMs),
  };
  const report = judgeQuality(evidence);
  await noteFindings(sql, report.findings, report.asOf);
  return await saveObservation(sql, {
    id: crypto.randomUUID(),
    kind,
    model,
    key,
    codeVersion,
    asOf: report.asOf,
    answer: report.answer,
    report: { ...report },
    evidenceSha256: await sealValue(store, evidence),
  });
}
