import { Worker } from "node:worker_threads";
import type { FromOwnThread, ToOwnThread } from "./own_messages.ts";

/**
 * The thread around the one that runs a file of the operator's. Only a thread of the web kind can be given fewer rights,
 * and only one of Node's kind a bound on its memory, so the second runs inside the first and has its rights. This one is
 * never busy: it ends the other when it is told to.
 */

const scope = self as unknown as {
  postMessage(message: FromOwnThread): void;
  onmessage: ((event: MessageEvent<ToOwnThread>) => void) | null;
};

let inner: Worker | undefined;

scope.onmessage = async ({ data }) => {
  if ("start" in data) return open(data.start.heapMb, data);
  if (!("end" in data)) return inner?.postMessage(data);
  await inner?.terminate();
  scope.postMessage({ kind: "ended" });
};

function open(heapMb: number, first: ToOwnThread): void {
  inner = new Worker(new URL("./own_thread.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  inner.on("message", (message: FromOwnThread) => scope.postMessage(message));
  inner.on(
    "error",
    ({ name, message }: Error) => scope.postMessage({ kind: "failed", id: null, error: { name, message } }),
  );
  inner.on("exit", (code: number) => {
    const message = `its thread ended by itself, with ${code}`;
    scope.postMessage({ kind: "failed", id: null, error: { name: "Error", message } });
  });
  inner.postMessage(first);
}
