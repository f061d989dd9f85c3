import {
  type Headers,
  proxySinks,
  type Sinks,
  workflowInfo,
  type WorkflowInterceptorsFactory,
} from "@temporalio/workflow";

/** Name of the header that says in which trace something is done. */
const TRACE = "traceparent";
/** A trace's name takes 57 bytes. */
const TRACE_BYTES_MAX = 100;

/** What workflows tell of themselves to the traces; not during a replay. */
export interface TraceSinks extends Sinks {
  trace: { ended(workflow: { type: string; startedMs: number; parent: Headers[string] | null }): void };
}

/**
 * Hands the trace of whoever started or signalled a workflow on to its activities and children. It changes headers alone,
 * so that histories of older releases replay.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let parent: Headers[string] | null = null;
  const take = ({ headers }: { headers: Headers }) => {
    const sent = headers[TRACE];
    if (sent && (sent.data?.length ?? 0) <= TRACE_BYTES_MAX) parent = sent; // anybody can send one of megabytes
  };
  const give = <T extends { headers: Headers }>(input: T): T =>
    parent === null ? input : { ...input, headers: { ...input.headers, [TRACE]: parent } };
  return {
    inbound: [{
      async execute(input, next) {
        take(input);
        const { workflowType: type, startTime } = workflowInfo();
        const began = parent;
        try {
          return await next(input);
        } finally {
          if (began !== null) {
            const { trace } = proxySinks<TraceSinks>();
            trace.ended({ type, startedMs: startTime.getTime(), parent: began });
          }
        }
      },
      handleSignal(input, next) {
        take(input);
        return next(input);
      },
      handleUpdate(input, next) {
        take(input);
        return next(input);
      },
    }],
    outbound: [{
      scheduleActivity: (input, next) => next(give(input)),
      scheduleLocalActivity: (input, next) => next(give(input)),
      startChildWorkflowExecution(input, next) {
        const given = give(input);
        parent = null; // a retrainer lives on: what it does next is not in the name of who asked for this cycle
        return next(given);
      },
    }],
  };
};
