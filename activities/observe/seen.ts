import { DAY_MS } from "../../src/core/time.ts";
import { findingsInForce } from "../../src/db/monitoring/findings_in_force.ts";
import { driftedSince, getObservations } from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import { DriftReport } from "../../src/drift/report.ts";
import type { Findings } from "../../src/retraining/findings.ts";
import { PerformanceReport } from "../../src/performance/report.ts";
import { type Finding, QualityReport } from "../../src/quality/report.ts";
import type { ActivityDeps } from "../deps.ts";

/** Features of a drift report that a check keeps. */
const TOP = 5;

/** Reads the looks of a check, as far as a decision needs them. */
export async function seenBy(
  deps: ActivityDeps,
  model: string,
  champion: number | null,
  ids: readonly string[],
): Promise<Pick<Findings, "quality" | "drift" | "outcomes">> {
  const looks = await getObservations(deps.sql, ids);
  const observationOf = (kind: Observation["kind"]) => looks.find((look) => look.kind === kind);
  const [quality, drift, performance] = [
    observationOf("quality"),
    observationOf("drift"),
    observationOf("performance"),
  ];
  return {
    quality: quality ? await ofQuality(deps, QualityReport.parse(quality.report)) : null,
    drift: drift && champion !== null ? await ofDrift(deps, model, DriftReport.parse(drift.report)) : null,
    outcomes: performance ? ofPerformance(PerformanceReport.parse(performance.report)) : null,
  };
}

/** A burst moves what shoppers did in the last weeks after it has passed: as long as the longest short window. */
const SHOWS_MS = 28 * DAY_MS;
/** Trouble that ended longer ago than this no longer stops a check: cut-offs that it spoils stay out of every training. */
const STOPS_MS = 7 * DAY_MS;

/** Earlier looks count: each describes what is new to it. */
async function ofQuality(
  { sql }: ActivityDeps,
  { asOf, answer }: QualityReport,
): Promise<NonNullable<Findings["quality"]>> {
  const asOfMs = Date.parse(asOf);
  const findingsSince = async (means: Finding["means"], agoMs: number) =>
    (await findingsInForce(sql, { asOfMs, means, endedAfterMs: asOfMs - agoMs })).map(trouble);
  const [broken, changed, passing] = await Promise.all([
    findingsSince("broken", STOPS_MS),
    findingsSince("changed", STOPS_MS),
    findingsSince("passing", SHOWS_MS),
  ]);
  return { answer, broken, changed, passing };
}

const trouble = ({ key, kind, subject, rows, from, to, text }: Finding) => ({
  key,
  kind,
  subject,
  rows,
  from,
  to,
  text,
});

async function ofDrift(
  { sql }: ActivityDeps,
  model: string,
  { version, asOf, answer, text, features }: DriftReport,
): Promise<NonNullable<Findings["drift"]>> {
  const top = features.slice(0, TOP).map(({ feature, shift, p, importance, smallest }) => ({
    feature,
    shift,
    p,
    importance,
    smallest,
  }));
  if (answer !== "drifted") return { answer, text, since: null, top };
  const since = await driftedSince(sql, { model, version, beforeMs: Date.parse(asOf) });
  return { answer, text, since: since ?? asOf, top };
}

const ofPerformance = ({ answer, text, measured }: PerformanceReport): NonNullable<Findings["outcomes"]> => ({
  answer,
  text,
  rows: measured?.rows ?? 0,
});
