import { SpanKind } from "@opentelemetry/api";
import type { Instruments } from "./instruments.ts";
import { fail, isTraced, tracer } from "./spans.ts";

/** Hears of a statement's end: null, or why it failed. */
type Ended = (error: unknown) => void;

/** Returns what measures statements. */
export const statementDurations = ({ statements, statementsUnderWay }: Instruments) => (): Ended => {
  const end = statements.startTimer();
  statementsUnderWay.inc();
  return (error) => {
    statementsUnderWay.dec();
    end({ result: error === null ? "ok" : "failed" });
  };
};

/** Puts a statement into the trace around; one that nobody traces stays out. No value stands in its text. */
export function statementSpans({ text }: { text: string }): Ended {
  if (!isTraced()) return () => undefined;
  const attributes = { "db.system.name": "postgresql", "db.query.text": text };
  const verb = text.split(" ", 1)[0].toUpperCase();
  const span = tracer().startSpan(`SQL ${verb}`, { kind: SpanKind.CLIENT, attributes });
  return (error) => {
    if (error !== null) fail(span, error);
    span.end();
  };
}
