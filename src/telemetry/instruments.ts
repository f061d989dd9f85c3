import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Seconds. Predictions take a millisecond or a few, a page tens, a large post seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What one process counts of its own work, for Prometheus. */
export interface Instruments {
  registry: Registry;
  http: Histogram<"method" | "route" | "status">;
  httpUnderWay: Gauge;
  events: Counter<"result">;
  statements: Histogram<"result">;
  statementsUnderWay: Gauge;
  activities: Histogram<"activity" | "result">;
}

/**
 * Makes the instruments of a process, in a registry of their own.
 * @param options.shop that every figure is labelled with, where several share servers
 */
export function createInstruments({ shop }: { shop?: string } = {}): Instruments {
  const registry = new Registry();
  if (shop !== undefined) registry.setDefaultLabels({ shop });
  const registers = [registry];
  return {
    registry,
    http: new Histogram({
      name: "perennial_http_request_duration_seconds",
      help: "Time from a request to its answer, by route",
      labelNames: ["method", "route", "status"] as const,
      buckets: SECONDS,
      registers,
    }),
    httpUnderWay: new Gauge({
      name: "perennial_http_requests_under_way",
      help: "Requests that are not answered yet",
      registers,
    }),
    events: new Counter({
      name: "perennial_ingested_events_total",
      help: "Events that this process took in, by what became of them",
      labelNames: ["result"] as const,
      registers,
    }),
    statements: new Histogram({
      name: "perennial_sql_statement_duration_seconds",
      help: "Time from a statement to its result, waiting for a connection included",
      labelNames: ["result"] as const,
      buckets: SECONDS,
      registers,
    }),
    statementsUnderWay: new Gauge({
      name: "perennial_sql_statements_under_way",
      help: "Statements that run or wait for a connection of the pool",
      registers,
    }),
    activities: new Histogram({
      name: "perennial_activity_duration_seconds",
      help: "Time of one attempt of an activity",
      labelNames: ["activity", "result"] as const,
      buckets: [0.01, 0.1, 1, 10, 60, 600, 3600],
      registers,
    }),
  };
}
