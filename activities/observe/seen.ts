import { getObservations, listObservations, type Observation } from "../../src/db/observations.ts";
import { DriftReport } from "../../src/monitoring/drift_report.ts";
import type { Findings } from "../../src/monitoring/findings.ts";
import { PerformanceReport } from "../../src/monitoring/performance_report.ts";
import { type Finding, QualityReport } from "../../src/monitoring/quality_report.ts";
import type { ActivityDeps } from "../deps.ts";

/** Features of a drift report that a check keeps. */
const TOP = 5;

/** What the looks of a check say, as far as a decision needs it. */
export async function seenBy(
  deps: ActivityDeps,
  model: string,
  champion: number | null,
  ids: readonly string[],
): Promise<Pick<Findings, "quality" | "drift" | "outcomes">> {
  const looks = await getObservations(deps.sql, ids);
  const of = (kind: Observation["kind"]) => looks.find((look) => look.kind === kind);
  const [quality, drift, performance] = [of("quality"), of("drift"), of("performance")];
  return {
    quality: quality ? ofQuality(QualityReport.parse(quality.report)) : null,
    drift: drift && champion !== null ? await ofDrift(deps, model, DriftReport.parse(drift.report)) : null,
    outcomes: performance ? ofPerformance(PerformanceReport.parse(performance.report)) : null,
  };
}

function ofQuality({ answer, findings }: QualityReport): NonNullable<Findings["quality"]> {
  const that = (means: Finding["means"]) =>
    findings.filter((f) => f.means === means && !f.accepted).map(trouble);
  return { answer, broken: that("broken"), changed: that("changed"), passing: that("passing") };
}

const trouble = ({ key, kind, subject, rows, from, to, text }: Finding) => ({
  ...{ key, kind, subject, rows, from, to, text },
});

async function ofDrift(
  { sql }: ActivityDeps,
  model: string,
  { version, asOf, answer, text, features }: DriftReport,
): Promise<NonNullable<Findings["drift"]>> {
  const top = features.slice(0, TOP).map(({ feature, shift, p, importance, smallest }) => ({
    ...{ feature, shift, p, importance, smallest },
  }));
  const earlier = await listObservations(sql, {
    kind: "drift",
    model,
    beforeMs: Date.parse(asOf),
    limit: 400,
  });
  const since = answer === "drifted" ? firstOfRun(earlier, version) ?? asOf : null;
  return { answer, text, since, top };
}

/** The oldest of the newest looks at a version that found drift one after the other. @param looks newest first */
function firstOfRun(looks: readonly Observation[], version: number): string | null {
  let first: string | null = null;
  for (const { answer, report, asOf } of looks) {
    if (answer !== "drifted" || report.version !== version) break;
    first = asOf;
  }
  return first;
}

const ofPerformance = ({ answer, text, measured }: PerformanceReport): NonNullable<Findings["outcomes"]> => ({
  answer,
  text,
  rows: measured?.rows ?? 0,
});
