import type { Config } from "../config/environment.ts";
import { VERSION } from "../core/version.ts";
import { watchStatements } from "../db/statements.ts";
import { createInstruments, type Instruments } from "../telemetry/instruments.ts";
import { statementDurations, statementSpans } from "../telemetry/statements.ts";
import { startTracing } from "../telemetry/tracing.ts";
import type { ServiceOptions } from "./options.ts";
import type { Undo } from "./undo.ts";

/** Begins to count what this process does, and to trace it where a collector is named. */
export async function openTelemetry({ config }: ServiceOptions, undo: Undo): Promise<Instruments> {
  const instruments = createInstruments({ shop: config.PERENNIAL_SHOP });
  undo.add("the counts of statements", watchStatements(statementDurations(instruments)));
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return instruments;
  const end = await startTracing({
    endpoint,
    headers: collectorHeaders(config),
    serviceName: config.OTEL_SERVICE_NAME,
    serviceVersion: VERSION,
  });
  undo.add("the traces", end);
  undo.add("the traces of statements", watchStatements(statementSpans));
  return instruments;
}

function collectorHeaders({ OTEL_EXPORTER_OTLP_HEADERS: text = "" }: Config): Record<string, string> {
  const pairs = text.split(",").filter((pair) => pair.includes("="));
  return Object.fromEntries(pairs.map((pair) => {
    const [name, ...value] = pair.split("=");
    return [name.trim(), decodeURIComponent(value.join("=").trim())];
  }));
}
