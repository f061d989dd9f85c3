import type { Context as ActivityContext } from "@temporalio/activity";
import { defaultPayloadConverter, type Headers } from "@temporalio/common";
import type { ActivityInterceptorsFactory, InjectedSinks } from "@temporalio/worker";
import type { TraceSinks } from "../../workflows/trace_interceptors.ts";
import { correlated, type Correlation } from "../core/correlation.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import { remote, tracer, withSpan } from "../telemetry/spans.ts";

const TRACE = "traceparent";

/** Has lines of an activity's log name its workflow, measures each attempt, and puts it into its trace. */
export const watchActivities =
  ({ activities }: Instruments): ActivityInterceptorsFactory => (context: ActivityContext) => ({
    inbound: {
      async execute(input, next) {
        const fields = correlationOf(context, input.args);
        const activity = context.info.activityType;
        const end = activities.startTimer({ activity });
        let result = "ok";
        try {
          return await correlated(fields, () =>
            withSpan(`activity ${activity}`, {
              kind: "CONSUMER",
              attributes: attributesOf(fields),
              parent: parentIn(input.headers),
            }, () => next(input)));
        } catch (error) {
          result = "failed";
          throw error;
        } finally {
          end({ result });
        }
      },
    },
  });

function correlationOf({ info }: ActivityContext, [input]: unknown[]): Correlation {
  const { model, version } = (input ?? {}) as { model?: unknown; version?: unknown };
  const workflow = info.workflowExecution?.workflowId;
  return {
    workflow,
    run: info.workflowExecution?.runId,
    activity: info.activityType,
    attempt: info.attempt,
    ...workflow?.includes("/cycle/") ? { cycle: workflow } : {},
    ...typeof model === "string" ? { model } : {},
    ...typeof version === "number" ? { version } : {},
  };
}

const attributesOf = (fields: Correlation) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`perennial.${name}`, value]));

/** Writes the span of a workflow that has ended: from inside it, nothing can be sent. */
export const TRACE_SINKS: InjectedSinks<TraceSinks> = {
  trace: {
    ended: {
      fn({ workflowId, runId }, { type, startedMs, parent }) {
        const attributes = { "perennial.workflow": workflowId, "perennial.run": runId };
        const context = remote(parent && textOf(parent));
        tracer().startSpan(`workflow ${type}`, { startTime: startedMs, attributes }, context).end();
      },
      callDuringReplay: false,
    },
  },
};

const parentIn = (headers: Headers): string | null => headers[TRACE] ? textOf(headers[TRACE]) : null;

/** The text of a header; null: it cannot be read. It may have come with a signal by hand, and must stop nothing. */
function textOf(payload: Headers[string]): string | null {
  try {
    return String(defaultPayloadConverter.fromPayload(payload));
  } catch {
    return null;
  }
}
