import { sleep } from "../core/deadline.ts";
import { decodeArtifact, type Predictor, predictWith } from "./artifact.ts";
import { startBackend } from "./backend.ts";
import { compete, refit } from "./compete.ts";
import type { CompeteRequest, RefitRequest } from "./protocol.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { Reporter } from "./workbench.ts";

/** The thread that trains: one request at a time, and an abort is seen at the next turn of its event loop. */

const scope = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

const aborted = new Set<number>();

function reporterOf(id: number): Reporter {
  return {
    progress: (progress) => scope.postMessage({ id, kind: "progress", progress }),
    checkpoint: (bytes) => scope.postMessage({ id, kind: "checkpoint", bytes }),
    tick: async () => {
      await sleep(0);
      if (aborted.has(id)) throw new DOMException("Training was aborted", "AbortError");
    },
  };
}

async function answer(message: Exclude<ToWorker, { op: "abort" }>): Promise<unknown> {
  await startBackend();
  switch (message.op) {
    case "start":
      return undefined;
    case "compete":
      return await compete(message.request as CompeteRequest, reporterOf(message.id));
    case "refit":
      return await refit(message.request as RefitRequest, reporterOf(message.id));
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
  try {
    scope.postMessage({ id: data.id, kind: "done", value: await answer(data) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    scope.postMessage({ id: data.id, kind: "failed", name, message });
  } finally {
    aborted.delete(data.id);
  }
};
