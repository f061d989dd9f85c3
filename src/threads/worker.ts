import { InsufficientDataError } from "../core/errors.ts";
import { compareWindows } from "../drift/windows.ts";
import type { ErrorFacts, FromJudge, ToJudge } from "./messages.ts";

/** The thread that judges: one request after the other. */

const scope = self as unknown as {
  postMessage(message: FromJudge): void;
  onmessage: ((event: MessageEvent<ToJudge>) => void) | null;
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
