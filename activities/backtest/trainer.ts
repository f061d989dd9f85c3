import { orAborted } from "../../src/core/deadline.ts";
import { Buffer } from "node:buffer";
import { log } from "@temporalio/activity";
import { canonicalJson, sha256 } from "../../src/core/hash.ts";
import { messageOf } from "../../src/core/errors.ts";
import { findTraining, saveTraining, saveUse } from "../../src/db/backtests/backtests.ts";
import { readIfIntact } from "../../src/registry/artefacts.ts";
import { openValue, sealValue } from "../../src/registry/sealed.ts";
import type { CompeteRequest, CompeteResult, TrainingCallbacks } from "../../src/training/protocol.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import type { TrainingRows } from "../../src/training/rows.ts";
import type { ActivityDeps } from "../deps.ts";

/** Trainings under way in this process, by key: policies that ask for the same one share it. */
export type UnderWay = Map<string, Promise<CompeteResult>>;

/**
 * A trainer that trains the same thing once: the same request and seed give the same bytes, so policies that train on the
 * same rows at the same cut-off share the artefact. What it noted of the scope says what each policy would have needed.
 * @param options.scope null: nothing is noted
 */
export function rememberingTrainer(
  deps: ActivityDeps,
  { scope, underWay }: { scope: string | null; underWay: UnderWay },
): Trainer {
  const { trainer, sql, codeVersion } = deps;
  return {
    ...trainer,
    async compete(request, callbacks = {}) {
      const key = keyOf(request, codeVersion);
      const result = await remembered(deps, key) ??
        await trainOnce(deps, { key, request, callbacks, underWay });
      if (scope !== null) await saveUse(sql, { scope, model: request.task.name, key });
      return result;
    },
    close: () => undefined, // the pool is everybody's
  };
}

/**
 * The trainer of what serves. It trains whatever it is asked, as production must, and keeps what came of it, so that
 * policies which ask for the same need not train it again.
 */
export function recordingTrainer(deps: ActivityDeps, { underWay }: { underWay: UnderWay }): Trainer {
  const { trainer, clock, codeVersion } = deps;
  return {
    ...trainer,
    async compete(request, callbacks = {}) {
      const key = keyOf(request, codeVersion);
      const train = async () => {
        const beganMs = clock();
        const result = await trainer.compete(request, callbacks);
        await keepTraining(deps, { key, result, beganMs }).catch(notKept); // what serves does not depend on backtests
        return result;
      };
      const job = train().finally(() => underWay.delete(key));
      underWay.set(key, job);
      return await job;
    },
  };
}

const notKept = (error: unknown) => log.warn(`a training was not kept for backtests: ${messageOf(error)}`);

/** All that the result depends on. */
function keyOf({ task, rows, seed, champion }: CompeteRequest, codeVersion: string): string {
  return sha256(canonicalJson({
    task,
    seed,
    codeVersion,
    rows: rowsHash(rows),
    champion: champion ? sha256(champion) : null,
  }));
}

function rowsHash({ features, target, cutoffMs, user, width }: TrainingRows): string {
  const bytes = [features, target, cutoffMs, user].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength)
  );
  return sha256(canonicalJson([width, ...bytes.map((part) => sha256(part))]));
}

/** @returns null where it was not done yet, or its files are gone */
async function remembered({ sql, store }: ActivityDeps, key: string): Promise<CompeteResult | null> {
  const known = await findTraining(sql, key);
  if (!known) return null;
  const read = async () => {
    const { artifact, ...result } = await openValue(store, known.resultSha256) as Sealed;
    return { ...result, artifact: await store.get(artifact) };
  };
  return await readIfIntact(read()) ?? null;
}

type Sealed = Omit<CompeteResult, "artifact"> & { artifact: string };

async function trainOnce(
  deps: ActivityDeps,
  { key, request, callbacks, underWay }: {
    key: string;
    request: CompeteRequest;
    callbacks: TrainingCallbacks;
    underWay: UnderWay;
  },
): Promise<CompeteResult> {
  const { signal } = callbacks;
  for (let running = underWay.get(key); running; running = underWay.get(key)) {
    try {
      return await orAborted(running, signal);
    } catch {
      signal?.throwIfAborted(); // else whoever trained it was cancelled, or failed: it is tried here
    }
  }
  const job = train(deps, { key, request, callbacks }).finally(() => underWay.delete(key));
  underWay.set(key, job);
  return await job;
}

async function train(
  deps: ActivityDeps,
  { key, request, callbacks }: { key: string; request: CompeteRequest; callbacks: TrainingCallbacks },
): Promise<CompeteResult> {
  const beganMs = deps.clock();
  const result = await deps.trainer.compete(request, callbacks);
  await keepTraining(deps, { key, result, beganMs });
  return result;
}

async function keepTraining(
  { sql, store, clock }: ActivityDeps,
  { key, result, beganMs }: { key: string; result: CompeteResult; beganMs: number },
): Promise<void> {
  const seconds = (clock() - beganMs) / 1000;
  const { artifact, ...training } = result;
  const sealed = JSON.parse(JSON.stringify({ ...training, artifact: await store.put(artifact) })); // no NaN in JSON: null
  await saveTraining(sql, key, { resultSha256: await sealValue(store, sealed), seconds });
}
