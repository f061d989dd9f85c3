import { currentConfig } from "../../src/db/config/config_versions.ts";
import { type MetPrediction, unreadOutcomes } from "../../src/db/monitoring/outcomes.ts";
import { saveStream, type Stream, type StreamAlarm, withStreams } from "../../src/db/monitoring/streams.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import type { ErrorKind, StreamOptions } from "../../src/drift/stream/detector.ts";
import { STREAM_DETECTORS, STREAM_READERS, type StreamReader } from "../../src/drift/stream/mod.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { SHARES } from "../../src/monitoring/budget.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";

/** Numbers between two false alarms: fewer than this, and hardly anything has been learned in between. */
const RUN_LENGTH_MIN = 1000;

/**
 * Feeds the errors of a version that met their outcomes since the last time to each streaming detector: of a
 * classification whether it was wrong, of a regression how far off it was as a share of the cap. State, place and alarms are stored
 * together, so each outcome is read once however often this is tried.
 */
export async function feedStreams(
  deps: ActivityDeps,
  { model: name, version, asOfMs }: { model: string; version: number; asOfMs: number },
): Promise<{ read: number; alarms: number }> {
  const [{ model, config }, { manifest }] = await Promise.all([
    modelAndConfig(deps, name),
    getVersion(deps.sql, name, version),
  ]);
  const ofVersion = { model: name, version };
  const error = errorOf(model, manifest.targetCap ?? Infinity);
  const kind: ErrorKind = model.kind === "regression" ? "real" : "binary";
  const kinds = STREAM_READERS.filter(({ kinds }) => kinds.includes(kind));
  const { false_alarm_days: falseAlarmDays } = (await currentConfig(deps.sql)).config;
  return await withStreams(deps.sql, ofVersion, async (tx, streams) => {
    let outcomesRead = 0;
    let alarms = 0;
    for (const detector of kinds) {
      const known = streams.find((stream) => stream.detector === detector.name) ?? null;
      const after = known?.lastAsOf ? { asOf: known.lastAsOf, id: known.lastId } : null;
      const rows = await unreadOutcomes(tx, { ...ofVersion, asOfMs, after });
      if (rows.length === 0) continue;
      const options = {
        kind,
        seed: config.seed,
        runLength: runLength(rows, config, {
          falseAlarmDays,
          models: deps.models.size,
          detectors: kinds.filter(({ budgeted }) => budgeted).length,
        }),
      };
      const fed = await read(detector, { known, rows, errors: rows.map(error), options });
      if (fed === null) continue; // read once it can
      await saveStream(tx, ofVersion, fed.stream, fed.alarms);
      outcomesRead = Math.max(outcomesRead, rows.length);
      alarms += fed.alarms.length;
    }
    return { read: outcomesRead, alarms };
  });
}

/** Returns the error of a prediction, 0 to 1 where there is a cap. */
function errorOf({ kind }: ModelDefinition, cap: number): (met: MetPrediction) => number {
  if (kind === "classification") {
    return ({ prediction, outcome }) => (prediction >= 0.5 ? 1 : 0) === outcome ? 0 : 1;
  }
  if (kind === "classes") return ({ prediction, outcome }) => prediction === outcome ? 0 : 1;
  const unit = cap > 0 && cap < Infinity ? cap : 1;
  return ({ prediction, outcome }) => Math.abs(Math.min(outcome, cap) - Math.min(prediction, cap)) / unit;
}

/**
 * Errors between two false alarms that the budget allows one detector: errors a day (each shopper is read once a
 * horizon) times days between false alarms, for its part of the share of all streams.
 */
function runLength(
  rows: readonly MetPrediction[],
  { horizon_days: horizonDays }: ModelConfig,
  { falseAlarmDays, models, detectors }: { falseAlarmDays: number; models: number; detectors: number },
): number {
  const shoppers = new Set(rows.map(({ userKey }) => userKey)).size;
  const days = falseAlarmDays * models * Math.max(1, detectors) / SHARES.streams;
  return Math.max(RUN_LENGTH_MIN, Math.ceil(shoppers / horizonDays * days));
}

/** Null: it is one of the operator's, and failed; the others go on, and what it has not read waits for it. */
async function read(
  reader: StreamReader,
  { known, rows, errors, options }: {
    known: Stream | null;
    rows: readonly MetPrediction[];
    errors: number[];
    options: StreamOptions;
  },
): Promise<{ stream: Stream; alarms: Omit<StreamAlarm, "detector">[] } | null> {
  try {
    const { state, alarms } = await reader.read({ state: known?.state ?? null, options, errors });
    const before = known?.seen ?? 0;
    const last = rows[rows.length - 1];
    const lastAsOf = momentOf(last);
    return {
      stream: { detector: reader.name, seen: before + rows.length, lastAsOf, lastId: last.id, state },
      alarms: alarms.map(({ at, direction }) => ({
        seen: before + at + 1,
        asOf: momentOf(rows[at]),
        direction,
      })),
    };
  } catch (error) {
    if (STREAM_DETECTORS.some(({ name }) => name === reader.name)) throw error;
    return null; // an alert tells of it
  }
}

const momentOf = ({ asOfMs }: MetPrediction): string => new Date(asOfMs).toISOString();
