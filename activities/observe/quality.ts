import { DAY_MS } from "../../src/core/time.ts";
import { listObservations } from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import { readQualityEvidence } from "../../src/db/events/quality.ts";
import { noteFindings } from "../../src/db/monitoring/quality_findings.ts";
import type { QualityEvidence } from "../../src/quality/judge_quality.ts";
import { judgeWithOwn } from "../../src/quality/own.ts";
import type { ActivityDeps } from "../deps.ts";
import { sampleFeatures } from "./feature_sample.ts";
import { alphasOf } from "./observation_key.ts";
import { observeOnce } from "./observe_once.ts";

const dayOf = (ms: number) => Math.floor(ms / DAY_MS);

/** Looks at the events as of a moment, once per key: a retry finds the look made first. Features are looked at once a day. */
export async function observeQuality(
  deps: ActivityDeps,
  { key, asOfMs }: { key: string; asOfMs: number },
): Promise<Observation> {
  const id = { kind: "quality", model: null, key } as const;
  return await observeOnce(deps, id, {
    gather: () => gather(deps, asOfMs),
    async judge(evidence) {
      const report = await judgeWithOwn(evidence);
      await noteFindings(deps.sql, report.findings, report.asOf);
      return report;
    },
  });
}

async function gather(deps: ActivityDeps, asOfMs: number): Promise<QualityEvidence> {
  const { sql } = deps;
  const of = { kind: "quality", model: null } as const;
  const [previous] = await listObservations(sql, { ...of, beforeMs: asOfMs, limit: 1 });
  const previousMs = previous ? Date.parse(previous.asOf) : null;
  const isSameDay = previousMs !== null && dayOf(previousMs) === dayOf(asOfMs);
  const [alpha] = await alphasOf(deps, { ...of, watched: ["quality"], asOfMs });
  return {
    ...await readQualityEvidence(sql, { asOfMs }),
    alpha,
    previousMs,
    features: isSameDay ? null : await sampleFeatures(deps, asOfMs),
  };
}
