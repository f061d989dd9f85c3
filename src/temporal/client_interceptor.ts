import type { WorkflowClientInterceptor } from "@temporalio/client";
import { defaultPayloadConverter, type Headers } from "@temporalio/common";
import { traceparent, withSpan } from "../telemetry/spans.ts";

/** Hands the trace around on to workflows that are started, signalled or updated. */
export const TRACED_CALLS: WorkflowClientInterceptor = {
  start: (input, next) => traced(`start ${input.workflowType}`, input, next),
  signal: (input, next) => traced(`signal ${input.signalName}`, input, next),
  signalWithStart: (input, next) => traced(`signal ${input.signalName}`, input, next),
  startUpdate: (input, next) => traced(`update ${input.updateName}`, input, next),
};

function traced<T extends { headers: Headers }, R>(
  name: string,
  input: T,
  next: (input: T) => Promise<R>,
): Promise<R> {
  if (traceparent() === null) return next(input);
  return withSpan(name, { kind: "PRODUCER" }, () => {
    const header = defaultPayloadConverter.toPayload(traceparent());
    return next({ ...input, headers: { ...input.headers, traceparent: header } });
  });
}
