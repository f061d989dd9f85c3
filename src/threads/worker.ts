import { InsufficientDataError } from "../core/errors.ts";
import { compareWindows } from "../drift/windows.ts";
import type { ErrorFacts, FromDriftWorker, ToDriftWorker } from "./messages.ts";

/** The worker thread: compares windows, one request after the other. */

const scope = self as unknown as {
  postMessage(message: FromDriftWorker): void;
  onmessage: ((event: MessageEvent<ToDriftWorker>) => void) | null;
};

scope.onmessage = ({ data: { id, reference, current, options } }) => {
  try {
    scope.postMessage({ id, kind: "done", verdict: compareWindows(reference, current, options) });
  } catch (error) {
    scope.postMessage({ id, kind: "failed", error: factsOf(error) });
  }
};

function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), insufficient: null };
  const { name, message } = error;
  if (!(error instanceof InsufficientDataError)) return { name, message, insufficient: null };
  return { name, message, insufficient: { what: error.what, have: error.have, need: error.need } };
}
