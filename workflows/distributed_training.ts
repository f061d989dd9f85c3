import { continueAsNew, setCurrentDetails } from "@temporalio/workflow";
import type { ShardCheckpoint, ShardTraining } from "../activities/shards.ts";
import { activities, LONG_STEP } from "./proxies.ts";

/** A training over shards; with files and a checkpoint it goes on from there. */
export interface DistributedInput extends ShardTraining {
  scope?: string;
  shards: number;
  /** why it is divided, for the manifest */
  why: string;
  /** a shard's step that takes longer is given to another worker; left out: ten minutes */
  stepSeconds?: number;
  /** the files of the shards, in their order */
  files?: string[];
  checkpoint?: ShardCheckpoint;
}

/** Then the workflow goes on with an empty history. */
const ROUNDS_A_HISTORY = 10;

/**
 * Trains in rounds over shards of the rows, whose steps any worker takes: what a dead or slow one had is computed again by
 * another. Each round leaves a checkpoint, from which the next one goes on, whatever dies.
 */
export async function distributedTraining(
  input: DistributedInput,
): Promise<{ candidate: string; version: number }> {
  const { cycleId, model, snapshotId, refit, scope, shards, why } = input;
  const training = { cycleId, model, snapshotId, refit, scope };
  const [opened, files] = await Promise.all([
    input.checkpoint ?? activities(LONG_STEP, "Choose on a sample").chooseOnSample(training),
    input.files ?? cutShards(training, shards),
  ]);
  let checkpoint = opened;
  for (let n = 1;; n++) {
    const { isDone, round, ...next } = await completeRound(input, files, checkpoint);
    setCurrentDetails(`round ${round} over ${shards} shards`);
    checkpoint = next;
    if (isDone) break;
    if (n >= ROUNDS_A_HISTORY) {
      return await continueAsNew<typeof distributedTraining>({ ...input, files, checkpoint });
    }
  }
  return await activities(LONG_STEP, "Make a version of it")
    .closeShardTraining({ ...training, ...checkpoint, shards, why });
}

/** Has every shard written, by whoever is free. @returns their files, in their order */
async function cutShards(training: ShardTraining & { scope?: string }, shards: number): Promise<string[]> {
  const cut = await Promise.all(Array.from(
    { length: shards },
    (_, shard) =>
      activities(LONG_STEP, `Write shard ${shard + 1} of ${shards}`)
        .cutShard({ ...training, shard, of: shards }),
  ));
  return cut.map(({ file }) => file);
}

async function completeRound(
  { cycleId, scope, stepSeconds = 600 }: DistributedInput,
  files: readonly string[],
  checkpoint: ShardCheckpoint,
) {
  const step = { ...LONG_STEP, startToCloseTimeout: `${stepSeconds} seconds` } as const;
  const summed = await Promise.all(
    files.map((file, shard) =>
      activities(step, `Sum shard ${shard + 1}`).sumShard({ scope, ...checkpoint, file })
    ),
  );
  return await activities(LONG_STEP, `Add up ${files.length} shards`)
    .closeShardRound({ cycleId, scope, ...checkpoint, sums: summed.map(({ sum }) => sum) });
}
