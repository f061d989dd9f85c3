import { sleep } from "../core/deadline.ts";
import { decodeArtifact, type Predictor, predictWith } from "./artifact.ts";
import { startBackend } from "./backend.ts";
import { compete, refit } from "./compete.ts";
import type { CompeteRequest, RefitRequest } from "./protocol.ts";
import { decodeRounds, sumShard } from "./rounds.ts";
import { decodeShard } from "./shards.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { Reporter } from "./workbench.ts";

/** The thread that trains: one request at a time, and an abort is seen at the next turn of its event loop. */

const scope = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

const aborted = new Set<number>();
/** What waits for the main thread's judgement; a request has one at a time. */
const asked = new Map<number, (loss: number) => void>();

function reporterOf(id: number): Reporter {
  return {
    progress: (progress) => scope.postMessage({ id, kind: "progress", progress }),
    checkpoint: (bytes) => scope.postMessage({ id, kind: "checkpoint", bytes }),
    tick: async () => {
      await sleep(0);
      if (aborted.has(id)) throw new DOMException("Training was aborted", "AbortError");
    },
    judge: (loss, outcome, prediction) => {
      const { promise, resolve } = Promise.withResolvers<number>();
      asked.set(id, resolve);
      scope.postMessage({ id, kind: "judge", loss, outcome, prediction });
      return promise;
    },
  };
}

async function answer(message: Exclude<ToWorker, { op: "abort" | "judged" }>): Promise<unknown> {
  await startBackend();
  switch (message.op) {
    case "start":
      return undefined;
    case "compete":
      return await compete(message.request as CompeteRequest, reporterOf(message.id));
    case "refit":
      return await refit(message.request as RefitRequest, reporterOf(message.id));
    case "shard": {
      const { artifact, state, shard } = message.step;
      return await sumShard(decodeArtifact(artifact), decodeRounds(state), decodeShard(shard));
    }
    case "score": {
      const predictor: Predictor = decodeArtifact(message.artifact);
      return predictWith(predictor, message.features, message.n);
    }
    default:
      return message satisfies never;
  }
}

scope.onmessage = async ({ data }) => {
  if (data.op === "abort") {
    aborted.add(data.id);
    return;
  }
  if (data.op === "judged") {
    asked.get(data.id)?.(data.loss);
    asked.delete(data.id);
    return;
  }
  try {
    scope.postMessage({ id: data.id, kind: "done", value: await answer(data) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    scope.postMessage({ id: data.id, kind: "failed", name, message });
  } finally {
    aborted.delete(data.id);
  }
};
