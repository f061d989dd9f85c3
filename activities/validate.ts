import { replaceCandidate } from "../src/app/registry/signatures.ts";
import { ApplicationFailure } from "@temporalio/activity";
import { beginStage, saveProgress, saveVerdict } from "../src/db/cycles/cycles.ts";
import { checkOfCycle } from "../src/db/cycles/checks.ts";
import { getSnapshot } from "../src/db/cycles/snapshots.ts";
import { shopperGroups } from "../src/db/events/shopper_groups.ts";
import { setVersionState, versionOfCycle } from "../src/db/models/versions.ts";
import { shopperNumber } from "../src/features/blocks.ts";
import { takePlaces } from "../src/features/shards.ts";
import { featuresOf } from "../src/features/set.ts";
import { guessFor } from "../src/stats/classes.ts";
import { mean } from "../src/stats/mean.ts";
import { rowLosses } from "../src/stats/metrics.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import { Findings } from "../src/retraining/findings.ts";
import { expectedDifference, expectedOfRecalibration } from "../src/retraining/worth/decide.ts";
import { slipped, staleness } from "../src/retraining/trigger.ts";
import { largestGroups, rowsByGroup } from "../src/performance/groups.ts";
import { rowsBySegment } from "../src/performance/segments.ts";
import { guessOf, type ModelVersion } from "../src/registry/version.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { loadTrainingSet } from "../src/training/dataset.ts";
import type { TrainingRows } from "../src/training/rows.ts";
import { loadScorer } from "../src/training/scorer.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import { compare, compareOwn } from "../src/validation/compare.ts";
import { compareSegments } from "../src/validation/compare_segments.ts";
import { verdictOf } from "../src/validation/gate.ts";
import type { Split } from "../src/validation/split.ts";
import type { Evidence, Verdict } from "../src/validation/verdict.ts";
import {
  championFindings,
  championOf,
  readServing,
  recalibrationSplit,
  splitFor,
  testersOf,
} from "./champion.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";

interface ValidateInput {
  cycleId: string;
  model: string;
  snapshotId: string;
}

interface ValidateResult {
  verdict: Verdict;
  why: string;
}

export const createValidateActivities = (deps: ActivityDeps) => ({
  /** Compares challenger and champion on rows neither has seen. The same cycle gives the same verdict. */
  async validateChallenger({ cycleId, model: name, snapshotId }: ValidateInput): Promise<ValidateResult> {
    const { sql } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    await beginStage(sql, cycleId, "validate");
    const [snapshot, champion, challenger] = await Promise.all([
      getSnapshot(sql, snapshotId),
      championOf(deps, name),
      versionOfCycle(sql, cycleId),
    ]);
    const divide = challenger?.manifest.recalibrated ? recalibrationSplit : splitFor;
    const split = divide(snapshot.blocks, champion, config);
    if (!challenger || !split) {
      throw ApplicationFailure.nonRetryable("Nothing to validate", "NothingToValidate");
    }
    const job = {
      cycleId,
      model,
      config,
      challenger,
      champion,
      split,
      blocks: snapshot.blocks,
      asOfMs: Date.parse(snapshot.asOf),
    };
    const evidence = await gatherEvidence(deps, job);
    const { verdict, why } = verdictOf(evidence);
    await saveVerdict(sql, cycleId, verdict, evidence);
    const manifest = { ...challenger.manifest, metrics: evidence.challengerMetrics };
    await replaceCandidate(sql, deps.signing, { ...challenger, manifest });
    if (verdict === "reject") await setVersionState(sql, name, challenger.version, "rejected");
    return { verdict, why };
  },

  /** Loads what would serve as serving does, and asks it: wrong bytes, features or answers end the cycle here. */
  async smokeTest({ cycleId, model: name, snapshotId }: ValidateInput): Promise<{ asked: number }> {
    const { sql, store, trainer } = deps;
    await beginStage(sql, cycleId, "smoke test");
    const [challenger, { blocks }] = await Promise.all([
      versionOfCycle(sql, cycleId),
      getSnapshot(sql, snapshotId),
    ]);
    const bytes = await store.get(challenger!.artefactSha256);
    const { users, features: sample } = await takePlaces(
      store,
      blocks[blocks.length - 1].features,
      (place) => place < 64,
    );
    const sampleSize = users.length;
    const scorer = loadScorer(bytes);
    const served = scorer.predictPacked(sample, sampleSize);
    const trained = await trainer.score(bytes, sample, sampleSize);
    const { hash } = featuresOf((await modelAndConfig(deps, name)).model);
    check(scorer.featureHash === hash, "its features are not the ones served now");
    check(served.every(Number.isFinite), "it answered with something that is not a number");
    check(
      served.every((p, i) => Math.abs(p - trained[i]) <= 1e-3 * (1 + Math.abs(p))),
      "serving and training disagree",
    );
    await saveProgress(sql, cycleId, { fraction: 1, text: `${sampleSize} answers as expected` });
    return { asked: sampleSize };
  },
});

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw ApplicationFailure.nonRetryable(`Smoke test failed: ${otherwise}`, "SmokeTestFailed");
}

interface ValidationJob {
  cycleId: string;
  model: ModelDefinition;
  config: ModelConfig;
  challenger: ModelVersion;
  champion: ModelVersion | null;
  split: Split;
  blocks: readonly SnapshotBlock[];
  asOfMs: number;
}

async function gatherEvidence(deps: ActivityDeps, job: ValidationJob): Promise<Evidence> {
  const { store } = deps;
  const { model, config, challenger, champion, split } = job;
  const { rows } = await loadTrainingSet(store, split.test, {
    keep: await testersOf(deps, split) ?? undefined,
  });
  const { targetCap } = challenger.manifest;
  const naive = guessFor(guessOf(challenger.manifest), rows.target.length);
  const serving = champion ? await readServing(deps, model, champion) : undefined; // a guess serves
  const [theirs, ours] = await Promise.all([
    serving ? scoreRows(deps, serving, rows) : naive,
    scoreRows(deps, await store.get(challenger.manifest.tested.sha256), rows),
  ]);
  const cap = targetCap ?? Infinity;
  const unseen = { target: rows.target, shopper: rows.user };
  const predictions = { champion: theirs, challenger: ours };
  const options = { cap, confidence: config.confidence };
  const comparison = compare(model, unseen, predictions, options);
  const naiveLoss = mean(rowLosses(model.loss, rows.target, naive, { cap }), { empty: 0 });
  const own = compareOwn(model, unseen, predictions, config.confidence);
  const { stale, failing } = await conditionOf(deps, job, comparison.championLoss >= naiveLoss);
  return {
    ...comparison,
    gate: config.gate,
    loss: model.loss,
    against: serving ? "champion" : "baseline",
    rowsMin: config.min_validation_rows,
    margin: (config.margin ?? model.margin) * comparison.championLoss,
    expected: serving ? await expectedOf(deps, job) : null,
    threshold: config.performance_threshold,
    stale: stale !== null,
    staleBecause: stale,
    failing,
    cutoffs: split.test.map((block) => block.cutoff),
    segments: compareSegments(
      model,
      unseen,
      predictions,
      segmentsOf(model, rows, await groupsOf(deps, job)),
      options,
    ),
    segmentMargin: config.segment_margin,
    ...own && { own },
  };
}

/** The difference that the check of this cycle forecast for the first cut-off to be served; null: it forecast none. */
async function expectedOf(
  { sql }: ActivityDeps,
  { cycleId, challenger }: Pick<ValidationJob, "cycleId" | "challenger">,
): Promise<Evidence["expected"]> {
  const found = Findings.safeParse((await checkOfCycle(sql, cycleId))?.findings);
  if (!found.success || !found.data.worth) return null;
  return challenger.manifest.recalibrated
    ? expectedOfRecalibration(found.data.worth)
    : expectedDifference(found.data.worth);
}

/** Groups as of the first test cut-off: what shoppers did later is what is tested. By shopper's number. */
async function groupsOf(
  { sql }: ActivityDeps,
  { config: { active_days: days }, split }: ValidationJob,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const groups = largestGroups(await shopperGroups(sql, { asOfMs: Date.parse(split.test[0].cutoff), days }));
  return new Map([...groups].map(([user, names]) => [shopperNumber(user), names]));
}

/** The places of each segment's rows: kinds of shoppers by their features, and groups by category and country. */
function segmentsOf(
  model: ModelDefinition,
  { features, width, target, user }: TrainingRows,
  groups: ReadonlyMap<number, readonly string[]>,
): [segment: string, places: number[]][] {
  const { places } = featuresOf(model);
  const value = (row: number, feature: string) => features[row * width + places.get(feature)!];
  return [...rowsBySegment(target.length, value, model.segments), ...rowsByGroup(user, groups)];
}

/**
 * Whether the champion is stale (why), and whether it fails: no better than a guess, or worse than it was. A recalibrated version
 * would be as stale as the one that it came from.
 */
async function conditionOf(
  deps: ActivityDeps,
  { model, config, challenger, champion, split, blocks, asOfMs }: ValidationJob,
  noBetterThanNaive: boolean,
): Promise<{ stale: string | null; failing: boolean }> {
  if (!champion) return { stale: null, failing: false };
  const findings = await championFindings(deps, {
    model,
    champion,
    config,
    blocks,
    unseen: split.test,
    asOfMs,
  });
  const stale = challenger.manifest.recalibrated ? null : staleness(findings);
  return { stale, failing: noBetterThanNaive || slipped(findings) };
}

async function scoreRows(
  { trainer }: ActivityDeps,
  artefact: Uint8Array,
  rows: TrainingRows,
): Promise<Float32Array> {
  return await trainer.score(artefact, rows.features, rows.target.length);
}
