import { ConflictError } from "../src/core/errors.ts";
import { savePredictions } from "../src/db/models/predictions.ts";
import { type ReplayScore, saveReplayScores, servedBefore } from "../src/db/cycles/replays.ts";
import { servingHistory, servingVersion } from "../src/db/models/serving.ts";
import { addVersion, getVersion, versionOfCycle } from "../src/db/models/versions.ts";
import { decodeFeatures, decodeLabels, shopperNumber } from "../src/features/blocks.ts";
import { featureBlock, labelBlock } from "../src/app/features/blocks.ts";
import { FEATURE_HASH } from "../src/features/definition.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { Predictor } from "../src/serving/prediction.ts";
import type { ModelVersion } from "../src/registry/version.ts";
import type { Policy } from "../src/demo/protocol.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { loadRows } from "../src/training/dataset.ts";
import { labelledBlocks, protocolOf } from "../src/app/features/labelled_rows.ts";
import type { TrainingRows } from "../src/training/rows.ts";
import { compare, scores } from "../src/validation/compare.ts";
import { verdictOf } from "../src/validation/gate.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";
import { fitReference, refitVersion } from "./train.ts";

export interface ReplayStep {
  replay: string;
  model: string;
  cutoff: string;
  /** the cycle that Perennial ran as of this cut-off; null: its trigger said no */
  cycleId: string | null;
}

export const createReplayActivities = (deps: ActivityDeps & { predictor: Predictor }) => ({
  /** Trains what the policy "always" serves at a cut-off: the same competition on all rows labelled by then. */
  async trainReference({ replay, model: name, cutoff }: ReplayStep): Promise<{ version: number }> {
    const { sql } = deps;
    const key = `${replay}/${name}/${cutoff.slice(0, 10)}`;
    const known = await versionOfCycle(sql, key);
    if (known) return { version: known.version };
    const { model, config } = await modelAndConfig(deps, name);
    const blocks = await labelledBlocks(deps, model, { config, asOfMs: Date.parse(cutoff) });
    const { manifest, artefactSha256 } = await fitReference(deps, {
      cycleId: key,
      model,
      config,
      blocks,
      asOf: cutoff,
    });
    return { version: await addVersion(sql, { manifest, artefactSha256, state: "reference" }) };
  },

  /**
   * Decides as a plain threshold gate would, given the same challenger: it keeps its own champion unless the loss falls
   * enough.
   */
  async judgeByThreshold(
    { replay, model: name, cutoff, cycleId }: ReplayStep,
  ): Promise<{ version: number | null }> {
    const { sql } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    const challenger = cycleId === null ? null : await versionOfCycle(sql, cycleId);
    const before = await servedBefore(sql, { replay, model: name, policy: "threshold", cutoff });
    if (before === undefined || before === null) return { version: await servingVersion(sql, name) };
    if (!challenger) return { version: before };
    const champion = await getVersion(sql, name, before);
    const falls = await fallsEnough(deps, { model, config, champion, challenger, asOf: cutoff });
    if (!falls) return { version: before };
    await refitVersion(deps, { model, config, challenger });
    return { version: challenger.version };
  },

  /** Scores what each policy serves at a cut-off on the outcomes after it; Perennial's answers go through serving itself. */
  async scoreCutoff(
    { replay, model: name, cutoff, always, threshold }: ReplayStep & {
      always: number;
      threshold: number | null;
    },
  ): Promise<void> {
    const { model, config } = await modelAndConfig(deps, name);
    const test = await testRows(deps, model, config, Date.parse(cutoff));
    // The naive guess, and the cap of the capped error: both from all outcomes known at the cut-off.
    const { baseline: naive, targetCap } = (await getVersion(deps.sql, name, always)).manifest;
    const history = await servingHistory(deps.sql, name);
    const frozen = history.at(-1)?.version ?? null;
    const score = (policy: Policy, version: number | null, predictions: ArrayLike<number>): ReplayScore => ({
      replay,
      model: name,
      policy,
      cutoff,
      version,
      rows: test.target.length,
      metrics: scores(model.kind, test.target, predictions, targetCap ?? Infinity),
    });
    const offline = async (policy: Policy, version: number | null) =>
      score(policy, version, await predictOffline(deps, name, version, test, naive));
    const served = await predictServed(deps, name, test, Date.parse(cutoff), naive);
    await saveReplayScores(deps.sql, [
      score("perennial", served.version, served.predictions),
      await offline("frozen", frozen),
      await offline("always", always),
      await offline("threshold", threshold),
    ]);
  },
});

async function fallsEnough(
  deps: ActivityDeps,
  { model, config, champion, challenger, asOf }: {
    model: ModelDefinition;
    config: ModelConfig;
    champion: ModelVersion;
    challenger: ModelVersion;
    asOf: string;
  },
): Promise<boolean> {
  const { store, trainer } = deps;
  const blocks = await labelledBlocks(deps, model, { config, asOfMs: Date.parse(asOf) });
  const seen = [champion.manifest.served, challenger.manifest.tested].map((rows) =>
    Date.parse(rows.labelledThrough)
  );
  const unseen = blocks.filter((block) => Date.parse(block.cutoff) >= Math.max(...seen)).slice(-1);
  if (unseen.length === 0 || champion.version === challenger.version) return false;
  const rows = await loadRows(store, unseen);
  const score = async (sha256: string) =>
    await trainer.score(await store.get(sha256), rows.features, rows.target.length);
  const [theirs, ours] = await Promise.all([
    score(champion.artefactSha256),
    score(challenger.manifest.tested.sha256),
  ]);
  const cap = challenger.manifest.targetCap ?? Infinity;
  const unseenRows = { target: rows.target, shopper: rows.user };
  const compared = compare(model, unseenRows, { champion: theirs, challenger: ours }, {
    cap,
    confidence: config.confidence,
  });
  const { verdict } = verdictOf({
    ...compared,
    gate: "threshold",
    loss: model.loss,
    against: "champion",
    margin: 0,
    threshold: config.performance_threshold,
    expected: null,
    stale: false,
    staleBecause: null,
    failing: false,
    cutoffs: unseen.map((block) => block.cutoff),
    segments: [],
    segmentMargin: 0,
  });
  return verdict === "promote";
}

interface TestRows extends TrainingRows {
  users: readonly string[];
}

/** The population of a cut-off with the outcomes that followed it. */
export async function testRows(
  deps: ActivityDeps,
  model: ModelDefinition,
  config: ModelConfig,
  cutoffMs: number,
): Promise<TestRows> {
  const protocol = protocolOf(config);
  const { sha256 } = await featureBlock(deps, protocol, cutoffMs);
  const labels = await labelBlock(deps, model, protocol, { cutoffMs, features: sha256 });
  const { users, features, width } = decodeFeatures(await deps.store.get(sha256));
  const target = decodeLabels(await deps.store.get(labels));
  const user = Int32Array.from(users, shopperNumber);
  return { users, features, width, target, user, cutoffMs: new Float64Array(users.length).fill(cutoffMs) };
}

/** Returns a version's predictions for rows; version null: the naive guess for everyone. */
export async function predictOffline(
  { sql, store, trainer }: ActivityDeps,
  model: string,
  version: number | null,
  { features, users }: TestRows,
  naive: number,
): Promise<ArrayLike<number>> {
  if (version === null) return new Float64Array(users.length).fill(naive);
  const { artefactSha256 } = await getVersion(sql, model, version);
  return await trainer.score(await store.get(artefactSha256), features, users.length);
}

async function predictServed(
  { sql, predictor }: ActivityDeps & { predictor: Predictor },
  model: string,
  { users }: TestRows,
  asOfMs: number,
  naive: number,
): Promise<{ version: number | null; predictions: ArrayLike<number> }> {
  try {
    const { version, predictions } = await predictor.predict({ model, users, asOfMs });
    return { version, predictions: Float64Array.from(predictions, ({ prediction }) => prediction ?? naive) };
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error; // nothing serves yet: the naive guess stands in
    const predictions = users.map((userKey) => ({ userKey, prediction: naive }));
    const asOf = new Date(asOfMs).toISOString();
    await savePredictions(sql, {
      model,
      version: null,
      asOf,
      fallback: true,
      featureHash: FEATURE_HASH,
      predictions,
    });
    return { version: null, predictions: predictions.map((p) => p.prediction) };
  }
}
