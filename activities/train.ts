import { type BroughtRecipes, broughtRecipes } from "../src/app/registry/brought.ts";
import { distrust, registerVersion, replaceCandidate } from "../src/app/registry/signatures.ts";
import { activityInfo, Context } from "@temporalio/activity";
import { DAY_MS } from "../src/core/time.ts";
import { InsufficientDataError } from "../src/core/errors.ts";
import { beginStage, saveChallenger, saveProgress } from "../src/db/cycles/cycles.ts";
import { saveChallenged } from "../src/db/models/brought.ts";
import { getSnapshot } from "../src/db/cycles/snapshots.ts";
import { getVersion, versionOfCycle } from "../src/db/models/versions.ts";
import { targetUnit } from "../src/app/features/spending_unit.ts";
import { featuresOf } from "../src/features/set.ts";
import { likeliest, sharesOf } from "../src/stats/classes.ts";
import { quantile } from "../src/stats/quantile.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { Manifest, ModelVersion } from "../src/registry/version.ts";
import { NothingToLearnError } from "../src/retraining/learnable.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { loadTrainingSet, type TrainingSet } from "../src/training/dataset.ts";
import type { CompeteResult, CurvePoint, TrainingProgress, TrainingTask } from "../src/training/protocol.ts";
import { shardingOf } from "../src/training/shards.ts";
import type { Snapshot, SnapshotBlock } from "../src/training/snapshot.ts";
import { readIfIntact } from "../src/registry/artefacts.ts";
import { championOf, splitFor, testersOf } from "./champion.ts";
import { assertLearnable } from "./learnable.ts";
import { beat, modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";
import { refitLine } from "./recalibrate.ts";

export interface TrainInput {
  cycleId: string;
  model: string;
  snapshotId: string;
}

export interface TrainResult {
  version: number;
  candidate: string;
  rows: number;
}

/** The content of a heartbeat: where to resume from. */
interface Heartbeat {
  checkpoint?: string;
  fraction: number;
}

export const createTrainActivities = (deps: ActivityDeps) => ({
  /** Trains the challenger that is tested. One version a cycle: a retry returns it, or resumes from the checkpoint. */
  async trainChallenger({ cycleId, model: name, snapshotId }: TrainInput): Promise<TrainResult> {
    const { sql, store } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    await beginStage(sql, cycleId, "train");
    const trained = await versionOfCycle(sql, cycleId) ??
      await train(deps, { cycleId, model, config, snapshotId });
    await saveChallenger(sql, cycleId, trained.version);
    await store.get(trained.artefactSha256);
    return {
      version: trained.version,
      candidate: trained.manifest.candidate,
      rows: trained.manifest.tested.rows,
    };
  },

  /** Fits the challenger that passed again on all labelled rows: what will serve. A retry makes the same bytes. */
  async refitChallenger({ cycleId, model: name }: TrainInput): Promise<TrainResult> {
    const { model, config } = await modelAndConfig(deps, name);
    await beginStage(deps.sql, cycleId, "refit");
    const challenger = await versionOfCycle(deps.sql, cycleId);
    if (!challenger) throw new InsufficientDataError("the challenger of a cycle", 0, 1);
    const { version, manifest } = await refitVersion(deps, { model, config, challenger });
    return { version, candidate: manifest.candidate, rows: manifest.served.rows };
  },
});

export interface TrainingJob {
  cycleId: string;
  model: ModelDefinition;
  config: ModelConfig;
  snapshotId: string;
}

async function train(deps: ActivityDeps, job: TrainingJob): Promise<ModelVersion> {
  const { manifest, artefactSha256 } = await fitChallenger(deps, job);
  await registerVersion(deps.sql, deps.signing, { manifest, artefactSha256 });
  return (await versionOfCycle(deps.sql, job.cycleId))!;
}

/** What the challenger of a cycle is trained on. */
export async function challengerRows(
  deps: ActivityDeps,
  { model, config, snapshotId }: Pick<TrainingJob, "model" | "config" | "snapshotId">,
) {
  const [snapshot, champion] = await Promise.all([
    getSnapshot(deps.sql, snapshotId),
    championOf(deps, model.name),
  ]);
  const split = splitFor(snapshot.blocks, champion, config);
  if (!split) {
    throw new InsufficientDataError(
      "a snapshot without rows new to the champion",
      0,
      config.min_validation_rows,
    );
  }
  const tests = await testersOf(deps, split);
  const keep = tests ? (shopper: number) => !tests(shopper) : undefined;
  return { snapshot, champion, train: split.train, keep };
}

/** The competition on the rows of a challenger, at most so many: what it came to, not registered yet. */
export async function fitChallenger(
  deps: ActivityDeps,
  job: TrainingJob,
): Promise<{ manifest: Manifest; artefactSha256: string }> {
  const { sql, store, trainer } = deps;
  const { cycleId, model, config } = job;
  const { snapshot, champion, train, keep } = await challengerRows(deps, job);
  const set = await loadTrainingSet(store, train, { keep });
  if (set.targets.length === 0) {
    throw new NothingToLearnError(
      `Nothing to learn for ${model.name}: no labelled row is older than the test`,
    );
  }
  const resumed = (activityInfo().heartbeatDetails as Heartbeat | undefined)?.checkpoint;
  const brought = await broughtRecipes(deps, model, cycleId);
  const result = await trainer.compete({
    task: withBrought(taskOf(model, config), brought),
    rows: set.rows,
    seed: config.seed,
    champion: await warmStartFrom(deps, model.name, champion?.version ?? null),
    resume: resumed ? await readIfIntact(store.get(resumed)) : undefined,
  }, callbacks(deps, cycleId));
  const { name } = result.winner.recipe;
  if (name === brought.challenger) await saveChallenged(sql, { model: model.name, name, cycleId });
  const artefactSha256 = await store.put(result.artifact);
  const unit = await targetUnit(sql, model, { asOfMs: Date.parse(snapshot.asOf) });
  const manifest = manifestOf(deps, {
    ...job,
    unit,
    snapshot,
    champion,
    trained: train,
    targets: set.targets,
    taken: set.rows.target.length,
    result,
    artefactSha256,
  });
  return { manifest: { ...manifest, ...dividedOver(job, set) }, artefactSha256 };
}

/**
 * Trains a tested version again on all rows of its snapshot, competition included, if the configuration wants it and it
 * was not done yet: what serves is then what a policy that always retrains would serve (docs/decisions/0006-refit.md).
 */
export async function refitVersion(
  deps: ActivityDeps,
  { model, config, challenger }: { model: ModelDefinition; config: ModelConfig; challenger: ModelVersion },
): Promise<ModelVersion> {
  const { sql } = deps;
  const { cycleId, snapshotId, asOf, federated } = challenger.manifest;
  if (!config.refit || challenger.manifest.served.refitted) return challenger;
  if (federated) return challenger; // another training would spend as much privacy again
  if (challenger.manifest.recalibrated) return await refitLine(deps, { model, config, challenger });
  const { blocks } = await getSnapshot(sql, snapshotId);
  const again = await fitReference(deps, { cycleId, model, config, blocks, asOf });
  const manifest = refitted(challenger.manifest, again.manifest);
  const { artefactSha256 } = again;
  const { version } = challenger;
  await replaceCandidate(sql, deps.signing, { model: model.name, version, manifest, artefactSha256 });
  return { ...challenger, manifest, artefactSha256 };
}

/** What is written down of a version that was trained again: how it was tested stays. */
export function refitted(
  { snapshotId, parent, tested, metrics }: Manifest,
  again: Manifest,
): Manifest {
  const served = { ...again.served, refitted: true };
  return { ...again, snapshotId, snapshotHash: snapshotId, parent, tested, metrics, served };
}

/**
 * The champion's bytes for a warm start: as it was tested, not as it serves. The one that serves was trained again on
 * all rows, those included on which candidates compete, so its head start there would be memory.
 */
async function warmStartFrom(
  { sql, store, signing }: ActivityDeps,
  model: string,
  version: number | null,
): Promise<Uint8Array | undefined> {
  if (version === null) return undefined;
  if (signing && await distrust(sql, signing, { model, version }) !== null) return undefined;
  return await readIfIntact(store.get((await getVersion(sql, model, version)).manifest.tested.sha256));
}

/**
 * The competition on all rows of some cut-offs: what a policy that always retrains would serve.
 * @throws {NothingToLearnError} no model can be trained on them
 */
export async function fitReference(
  deps: ActivityDeps,
  { cycleId, model, config, blocks, asOf }: Omit<TrainingJob, "snapshotId"> & {
    blocks: readonly SnapshotBlock[];
    asOf: string;
  },
): Promise<{ manifest: Manifest; artefactSha256: string }> {
  await assertLearnable(deps, model, { config, blocks, asOfMs: Date.parse(asOf) });
  const { rows, targets } = await loadTrainingSet(deps.store, blocks);
  const brought = await broughtRecipes(deps, model, cycleId);
  const result = await deps.trainer.compete(
    { task: withBrought(taskOf(model, config), brought), rows, seed: config.seed },
    callbacks(deps, cycleId),
  );
  const artefactSha256 = await deps.store.put(result.artifact);
  const unit = await targetUnit(deps.sql, model, { asOfMs: Date.parse(asOf) });
  const job = { cycleId, model, config, snapshot: { id: "", asOf }, champion: null, trained: blocks, unit };
  const manifest = manifestOf(deps, { ...job, targets, taken: rows.target.length, result, artefactSha256 });
  return { manifest: { ...manifest, ...dividedOver({ model, config }, { targets }) }, artefactSha256 };
}

/** The part of a model that the trainer needs, by its configuration. */
export function taskOf(model: ModelDefinition, config: ModelConfig): TrainingTask {
  const { names, places, hash } = featuresOf(model);
  const learnt = [...model.features, ...(model.ownFeatures ?? []).map(({ name }) => name)];
  return {
    name: model.name,
    kind: model.kind,
    ...model.classes && { classes: model.classes },
    horizonDays: config.horizon_days,
    features: names,
    columns: learnt.map((feature) => places.get(feature)!),
    loss: model.loss,
    candidates: model.candidates,
    featureHash: hash,
  };
}

/** Adds what people brought to the candidates of the model's file. */
const withBrought = (task: TrainingTask, { recipes, challenger }: BroughtRecipes): TrainingTask => ({
  ...task,
  candidates: [...task.candidates, ...recipes],
  ...challenger !== null && { challenger },
});

/** Heartbeats with the newest checkpoint, stops on cancellation, and shows progress about twice a second. */
function callbacks({ sql, store, clock }: ActivityDeps, cycleId: string) {
  const context = Context.current();
  const heartbeat: Heartbeat = { ...context.info.heartbeatDetails as Heartbeat | undefined, fraction: 0 };
  let shownMs = 0;
  return {
    signal: context.cancellationSignal as AbortSignal,
    onProgress({ candidate, epoch, epochs, validationLoss, fraction }: TrainingProgress) {
      heartbeat.fraction = fraction;
      beat(context, heartbeat);
      if (clock() - shownMs < 500) return;
      shownMs = clock();
      const loss = validationLoss === null ? "" : `, validation loss ${validationLoss.toPrecision(4)}`; // null: none yet
      const text = epochs > 0 ? `${candidate}, epoch ${epoch} of ${epochs}${loss}` : `${candidate}${loss}`;
      saveProgress(sql, cycleId, { fraction, text }).catch((error) =>
        context.log.warn(`progress not shown: ${error}`)
      );
    },
    onCheckpoint(checkpoint: Uint8Array) {
      store.put(checkpoint).then((hash) => beat(context, Object.assign(heartbeat, { checkpoint: hash })))
        .catch((error) => context.log.warn(`checkpoint not kept: ${error}`));
    },
  };
}

function seen(
  blocks: readonly SnapshotBlock[],
  { rows, taken = rows }: { rows: number; taken?: number },
  config: ModelConfig,
) {
  const cutoffs = blocks.map((block) => block.cutoff);
  const newest = Date.parse(cutoffs[cutoffs.length - 1]);
  return {
    rows,
    ...taken < rows ? { sampled: taken } : {},
    cutoffs,
    labelledThrough: new Date(newest + config.horizon_days * DAY_MS).toISOString(),
  };
}

/** JSON has no NaN: what was not measured is null. */
const measured = ({ epoch, loss, validationLoss }: CurvePoint) => ({
  epoch,
  loss: Number.isFinite(loss) ? loss : null,
  validationLoss: Number.isFinite(validationLoss) ? validationLoss : null,
});

/** The naive guess: the mean outcome, or the share of each class, none of them quite nothing. */
function guessFrom(
  { classes }: ModelDefinition,
  targets: Float64Array,
): Pick<Manifest, "baseline" | "classes" | "shares"> {
  if (!classes) return { baseline: targets.reduce((a, b) => a + b, 0) / targets.length };
  const shares = sharesOf(targets, classes.length);
  return { baseline: likeliest(shares, 1)[0], classes: [...classes], shares };
}

/** Returns what is written down of a version that was trained. */
export function manifestOf(
  { codeVersion }: ActivityDeps,
  { cycleId, model, config, snapshot, champion, trained, unit, targets, taken, result, artefactSha256 }:
    & Omit<TrainingJob, "snapshotId">
    & {
      snapshot: Pick<Snapshot, "id" | "asOf">;
      champion: ModelVersion | null;
      trained: readonly SnapshotBlock[];
      /** of the target */
      unit: string;
      targets: TrainingSet["targets"];
      /** rows that it was fitted on; left out: all */
      taken?: number;
      result: CompeteResult;
      artefactSha256: string;
    },
): Manifest {
  const saw = seen(trained, { rows: targets.length, taken }, config);
  return {
    model: model.name,
    cycleId,
    parent: champion?.version ?? null,
    asOf: snapshot.asOf,
    snapshotId: snapshot.id,
    snapshotHash: snapshot.id,
    featureHash: featuresOf(model).hash,
    codeVersion,
    seed: config.seed,
    candidate: result.winner.recipe.name,
    recipe: JSON.parse(JSON.stringify(result.winner, (key, value) => key === "file" ? "" : value)), // it stands in the artefact
    competition: result.candidates.flatMap(({ name, criterion }) =>
      criterion === undefined ? [] : [{ candidate: name, loss: criterion, rows: result.split.validationRows }]
    ),
    curve: result.candidates.map(({ name, curve }) => ({ candidate: name, points: curve.map(measured) })),
    tested: { sha256: artefactSha256, ...saw },
    served: { ...saw, refitted: false },
    targetCap: model.kind === "regression" ? quantile(targets, 0.99) : null,
    unit,
    ...guessFrom(model, targets),
    metrics: {},
  };
}

/** What is told of a training that was not divided although the settings ask for it; the rounds say more themselves. */
function dividedOver(
  { model, config }: Pick<TrainingJob, "model" | "config">,
  { targets }: Pick<TrainingSet, "targets">,
): Pick<Manifest, "distributed"> {
  const sharding = shardingOf(model, config, targets.length);
  return sharding?.shards === 1 ? { distributed: { ...sharding, rounds: 0 } } : {};
}
