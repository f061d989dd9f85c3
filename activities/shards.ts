/** Training in rounds over shards of the rows. Files are named by their content: what is repeated comes to the same names. */
import { Context } from "@temporalio/activity";
import { registerVersion, replaceCandidate } from "../src/app/registry/signatures.ts";
import { InsufficientDataError } from "../src/core/errors.ts";
import { beginStage, saveChallenger, saveProgress } from "../src/db/cycles/cycles.ts";
import { getSnapshot } from "../src/db/cycles/snapshots.ts";
import { versionOfCycle } from "../src/db/models/versions.ts";
import { Manifest, type ModelVersion } from "../src/registry/version.ts";
import { decodeArtifact, encodeArtifact } from "../src/training/artifact.ts";
import { loadRows } from "../src/training/dataset.ts";
import {
  closeRound,
  closeRounds,
  decodeRounds,
  encodeRounds,
  isDone,
  openRounds,
} from "../src/training/rounds.ts";
import { candidatesOnShards, encodeShard, shardOf } from "../src/training/shards.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";
import { challengerRows, fitChallenger, fitReference, refitted, type TrainResult } from "./train.ts";

/** A training over shards: of the challenger that is tested, or again of what serves. */
export interface ShardTraining {
  cycleId: string;
  model: string;
  snapshotId: string;
  /** whether it is trained again, on all rows of the snapshot */
  refit: boolean;
}

/** What the rounds begin at, and what the last one left: sha256 of files. */
export interface ShardCheckpoint {
  /** the manifest of what one worker fitted on a sample */
  draft: string;
  /** the artefact of it, whose weights the rounds move */
  artefact: string;
  state: string;
}

export const createShardActivities = (deps: ActivityDeps) => ({
  /** The competition on as many rows as one worker takes: it settles recipe, columns, units and penalties. */
  async chooseOnSample({ cycleId, model: name, snapshotId, refit }: ShardTraining): Promise<ShardCheckpoint> {
    const { sql, store } = deps;
    const { model: whole, config } = await modelAndConfig(deps, name);
    await beginStage(sql, cycleId, refit ? "refit" : "train");
    const model = { ...whole, candidates: candidatesOnShards(whole.candidates) };
    const job = { cycleId, model, config };
    const { blocks, asOf } = await getSnapshot(sql, snapshotId);
    const draft = refit
      ? await fitReference(deps, { ...job, blocks, asOf })
      : await fitChallenger(deps, { ...job, snapshotId });
    const predictor = decodeArtifact(await store.get(draft.artefactSha256));
    return {
      draft: await store.put(new TextEncoder().encode(JSON.stringify(draft.manifest))),
      artefact: draft.artefactSha256,
      state: await store.put(encodeRounds(openRounds(predictor))),
    };
  },

  /** Writes the rows of one shard: memory holds these, and one cut-off. @returns the sha256 of its file */
  async cutShard(
    { model: name, snapshotId, refit, shard, of }: ShardTraining & { shard: number; of: number },
  ): Promise<{ file: string }> {
    const { sql, store } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    const { blocks, keep } = refit
      ? { blocks: (await getSnapshot(sql, snapshotId)).blocks, keep: undefined }
      : await challengerRows(deps, { model, config, snapshotId }).then(({ train, keep }) => ({
        blocks: train,
        keep,
      }));
    const isOwn = (shopper: number, place: number) =>
      shardOf(place, of) === shard && (keep?.(shopper) ?? true);
    return { file: await store.put(encodeShard(await loadRows(store, blocks, isOwn))) };
  },

  /** What one shard adds to a round's sum. @returns the sha256 of its file */
  async sumShard({ artefact, state, file }: ShardCheckpoint & { file: string }): Promise<{ sum: string }> {
    const { store, trainer } = deps;
    const files = [artefact, state, file].map((sha256) => store.get(sha256));
    const [artifact, rounds, shard] = await Promise.all(files);
    const signal = Context.current().cancellationSignal as AbortSignal;
    const sum = await trainer.sumShard({ artifact, state: rounds, shard }, { signal });
    return { sum: await store.put(new Uint8Array(sum.buffer, sum.byteOffset, sum.byteLength)) };
  },

  /** Adds up a round and moves the weights. @param sums in the order of the shards @returns the checkpoint after it */
  async closeShardRound(
    { cycleId, draft, artefact, state, sums }: ShardCheckpoint & { cycleId: string; sums: string[] },
  ): Promise<ShardCheckpoint & { isDone: boolean; round: number }> {
    const { sql, store } = deps;
    const predictor = decodeArtifact(await store.get(artefact));
    const shards = await Promise.all(
      sums.map(async (sum) => new Float64Array((await store.get(sum)).slice().buffer)),
    );
    const next = closeRound(predictor, decodeRounds(await store.get(state)), shards);
    const { round, parts } = next;
    const fraction = parts.filter(({ phase }) => phase === "done").length / parts.length;
    const text = `round ${round} over ${sums.length} shards, loss ${next.losses.at(-1)!.toPrecision(4)}`;
    await saveProgress(sql, cycleId, { fraction, text });
    return { draft, artefact, state: await store.put(encodeRounds(next)), isDone: isDone(next), round };
  },

  /** Makes a version of what the rounds came to, or lets it take the place of the one that was tested. */
  async closeShardTraining(
    { cycleId, model: name, refit, draft, artefact, state, shards, why }:
      & ShardTraining
      & ShardCheckpoint
      & { shards: number; why: string },
  ): Promise<TrainResult> {
    const { sql } = deps;
    const known = await versionOfCycle(sql, cycleId);
    if (refit && known === null) throw new InsufficientDataError("the challenger of a cycle", 0, 1);
    if (known === null || (refit && !known.manifest.served.refitted)) {
      const made = await sealVersion(deps, { draft, artefact, state }, { shards, why });
      if (known === null) await registerTested(deps, made);
      else await replaceServed(deps, { model: name, known, ...made });
    }
    const { version, manifest } = (await versionOfCycle(sql, cycleId))!;
    await saveChallenger(sql, cycleId, version);
    return { version, candidate: manifest.candidate, rows: manifest.served.rows };
  },
});

interface Made {
  manifest: Manifest;
  artefactSha256: string;
}

/** Writes the artefact that the rounds came to. */
async function sealVersion(
  { store }: ActivityDeps,
  { draft, artefact, state }: ShardCheckpoint,
  { shards, why }: { shards: number; why: string },
): Promise<Made> {
  const [drafted, begun, left] = await Promise.all([draft, artefact, state].map((file) => store.get(file)));
  const manifest = Manifest.parse(JSON.parse(new TextDecoder().decode(drafted)));
  const rounds = decodeRounds(left);
  const predictor = closeRounds(decodeArtifact(begun), rounds, manifest.served.rows);
  return {
    manifest: { ...manifest, distributed: { shards, rounds: rounds.round, why } },
    artefactSha256: await store.put(encodeArtifact(predictor)),
  };
}

async function registerTested(
  { sql, signing }: ActivityDeps,
  { manifest, artefactSha256 }: Made,
): Promise<void> {
  const tested = { ...manifest.tested, sha256: artefactSha256 };
  await registerVersion(sql, signing, { manifest: { ...manifest, tested }, artefactSha256 });
}

async function replaceServed(
  { sql, signing }: ActivityDeps,
  { model, known, manifest: again, artefactSha256 }: Made & { model: string; known: ModelVersion },
): Promise<void> {
  const { version } = known;
  const manifest = refitted(known.manifest, again);
  await replaceCandidate(sql, signing, { model, version, manifest, artefactSha256 });
}
