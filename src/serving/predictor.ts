import type { ChannelName } from "../alerts/alert.ts";
import type { Clock } from "../core/clock.ts";
import { ConflictError, DamagedArtefactError, messageOf, NotFoundError } from "../core/errors.ts";
import { openAlert } from "../db/alerts.ts";
import { currentConfig } from "../db/config_versions.ts";
import type { Database } from "../db/connect.ts";
import { savePredictions } from "../db/predictions.ts";
import { servingHistory, servingVersion } from "../db/serving.ts";
import { lastEventMs } from "../db/last_events.ts";
import { readUserDays } from "../db/user_days.ts";
import { getVersion, markDamaged } from "../db/versions.ts";
import { FEATURE_HASH, featureRow, FEATURES } from "../features/definition.ts";
import type { ModelDefinition } from "../models/model.ts";
import { segmentOf } from "../performance/segments.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";
import { knownGood } from "../registry/moves.ts";
import type { ModelVersion } from "../registry/version.ts";
import { currentMoment } from "../reporting/as_of.ts";
import { configOf } from "../retraining_config.ts";
import { loadScorer, type Scorer } from "../training/scorer.ts";
import type { Predictions, Predictor } from "./prediction.ts";

export interface PredictorDeps {
  sql: Database;
  store: ArtefactStore;
  models: ReadonlyMap<string, ModelDefinition>;
  clock: Clock;
  /** what alerts are told over; left out: the log alone */
  alertChannels?: readonly ChannelName[];
}

const SCORERS_KEPT = 8;

/**
 * Serves predictions by what the registry says serves now, asked anew for each request, so that a deployment or a
 * roll-back takes effect at once. A version whose file is damaged is passed over for the last known good one, then for
 * the naive baseline, and an alert is raised.
 */
export function createPredictor(deps: PredictorDeps): Predictor {
  const scorers = new Map<string, Promise<Scorer>>(); // by sha256, most recently used last
  const scorerOf = (version: ModelVersion) => {
    const key = version.artefactSha256;
    const scorer = scorers.get(key) ?? load(deps.store, version);
    scorers.delete(key);
    scorers.set(key, scorer);
    scorer.catch(() => scorers.delete(key)); // so that a repaired file is tried again
    if (scorers.size > SCORERS_KEPT) scorers.delete(scorers.keys().next().value!);
    return scorer;
  };
  return {
    async predict({ model: name, users, asOfMs }) {
      if (!deps.models.has(name)) throw new NotFoundError("model", name);
      const speaker = await speakerFor(deps, name, scorerOf);
      const at = asOfMs ?? await momentFor(deps, users);
      const { version, fallback, horizonDays } = speaker;
      const { keys, features, segments } = await rowsOf(deps, users, at, horizonDays);
      const answers = speaker.answer(features, keys.length);
      const predictions = keys.map((userKey, i) => ({
        userKey,
        prediction: answers[i],
        segment: segments[i],
      }));
      const said = { model: name, version, fallback, asOf: new Date(at).toISOString() };
      await savePredictions(deps.sql, { ...said, featureHash: FEATURE_HASH, horizonDays, predictions });
      return { ...said, predictions: inOrder(users, predictions) };
    },
  };
}

function inOrder(
  users: readonly string[],
  found: readonly { userKey: string; prediction: number }[],
): Predictions["predictions"] {
  const byUser = new Map(found.map(({ userKey, prediction }) => [userKey, prediction]));
  return users.map((user) => {
    const prediction = byUser.get(user);
    return prediction === undefined
      ? { user, prediction: null, reason: "no events of this user are known" }
      : { user, prediction };
  });
}

async function load(store: ArtefactStore, { artefactSha256 }: ModelVersion): Promise<Scorer> {
  const scorer = opened(await store.get(artefactSha256), artefactSha256);
  if (scorer.featureHash === FEATURE_HASH) return scorer;
  throw new DamagedArtefactError(artefactSha256, "it was trained on another definition of the features");
}

function opened(bytes: Uint8Array, hash: string): Scorer {
  try {
    return loadScorer(bytes);
  } catch (error) {
    throw new DamagedArtefactError(hash, messageOf(error)); // what was stored is no artefact
  }
}

interface Speaker {
  version: number | null;
  fallback: boolean;
  /** the horizon it was trained for: some features are measured in it, and its outcomes */
  horizonDays: number;
  answer: (features: Float32Array, n: number) => ArrayLike<number>;
}

/** Who answers: what serves, else the last known good version, else the baseline. */
async function speakerFor(
  deps: PredictorDeps,
  model: string,
  scorerOf: (version: ModelVersion) => Promise<Scorer>,
): Promise<Speaker> {
  const { sql } = deps;
  const serving = await servingVersion(sql, model);
  if (serving === null) throw new ConflictError(`Cannot predict "${model}": no version serves yet`);
  const tried: number[] = [];
  for (let next: number | null = serving; next !== null && !tried.includes(next) && tried.length < 5;) {
    const version: ModelVersion = await getVersion(sql, model, next);
    try {
      const scorer = await scorerOf(version);
      const { horizonDays } = scorer;
      return {
        version: next,
        fallback: next !== serving,
        horizonDays,
        answer: (x, n) => scorer.predictPacked(x, n),
      };
    } catch (error) {
      if (!(error instanceof DamagedArtefactError)) throw error;
      await report(deps, version, error);
      tried.push(next);
      next = await knownGood(sql, model);
    }
  }
  const { manifest } = await getVersion(sql, model, (await servingHistory(sql, model, 1))[0].version);
  const answer = (_features: Float32Array, n: number) => new Float64Array(n).fill(manifest.baseline);
  const { horizon_days: horizonDays } = configOf((await currentConfig(sql)).config, model);
  return { version: null, fallback: true, horizonDays, answer };
}

async function report(
  { sql, clock, alertChannels }: PredictorDeps,
  { model, version, artefactSha256 }: ModelVersion,
  error: Error,
): Promise<void> {
  await markDamaged(sql, model, version);
  const title =
    `${model}: the file of version ${version} cannot be used: ${error.message}. The last version whose ` +
    "file is good answers meanwhile; put the file back, or retrain";
  await openAlert(sql, {
    key: `damaged/${model}/${version}`,
    kind: "damaged",
    model,
    severity: "critical",
    title,
    detail: { artefactSha256, version, reason: error.message },
  }, { channels: alertChannels, nowMs: clock() });
}

/** Now; in a demo whose clock stands still, just after the newest event of those asked for, if that is later. */
async function momentFor({ sql, clock }: PredictorDeps, users: readonly string[]): Promise<number> {
  const moment = await currentMoment(sql, clock);
  if (moment.clock === "wall") return moment.asOfMs;
  return Math.max(moment.asOfMs, await lastEventMs(sql, users) + 1);
}

async function rowsOf({ sql }: PredictorDeps, users: readonly string[], asOfMs: number, horizonDays: number) {
  const keys: string[] = [], rows: number[][] = [], segments: string[] = [];
  for await (const { userKey, days } of readUserDays(sql, { asOfMs, users: [...new Set(users)] })) {
    const row = featureRow(days, asOfMs, { horizonDays });
    keys.push(userKey);
    rows.push(row);
    segments.push(segmentOf((feature) => row[FEATURES.indexOf(feature)]));
  }
  const features = new Float32Array(rows.length * FEATURES.length);
  rows.forEach((row, i) => features.set(row, i * FEATURES.length));
  return { keys, features, segments };
}
