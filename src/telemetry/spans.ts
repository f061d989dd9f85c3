import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { messageOf } from "../core/errors.ts";

/** Spans go nowhere, and cost next to nothing, until {@link startTracing} was called. */
export const tracer = () => trace.getTracer("perennial");

interface SpanOptions {
  kind: keyof typeof SpanKind;
  attributes?: Attributes;
  /** `traceparent` of whoever asked for this; left out: the span around */
  parent?: string | null;
}

/** Runs `work` within a span; an error ends it as failed. */
export function withSpan<T>(
  name: string,
  { kind, attributes, parent }: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const options = { kind: SpanKind[kind], attributes };
  return tracer().startActiveSpan(name, options, remote(parent), async (span) => {
    try {
      return await work(span);
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Notes on a span why what it stands for failed. */
export function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
}

/** `00-<trace>-<span>-<flags>`, as the W3C writes where a trace goes on. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Returns the span around in the form in which it is handed on; null: there is none. */
export function traceparent(): string | null {
  const around = trace.getSpanContext(context.active());
  if (!around || !trace.isSpanContextValid(around)) return null;
  return `00-${around.traceId}-${around.spanId}-${around.traceFlags.toString(16).padStart(2, "0")}`;
}

/** Returns the context of a `traceparent`; of none or of one that cannot be read, the one around. */
export function remote(parent: string | null | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(parent ?? "") ?? [];
  if (traceId === undefined) return context.active();
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** Whether there is a span around. */
export const isTraced = (): boolean => trace.getActiveSpan() !== undefined;
