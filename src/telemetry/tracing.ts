import { context, trace } from "@opentelemetry/api";

let tracing = false;

/** Whether spans are sent anywhere. */
export const isTracing = (): boolean => tracing;

interface TracingOptions {
  /** of an OTLP collector, without `/v1/traces` */
  endpoint: string;
  /** sent with every export, as a key that the collector asks for */
  headers: Readonly<Record<string, string>>;
  /** `perennial`, or as the operator calls it */
  serviceName: string;
  serviceVersion: string;
}

/**
 * Sends spans to an OTLP collector, in batches and beside the work. The SDK is loaded only here, so that who traces
 * nothing does not pay for it. @returns sends what is left and ends
 */
export async function startTracing(
  { endpoint, headers, serviceName, serviceVersion }: TracingOptions,
): Promise<() => Promise<void>> {
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }, hooks] =
    await Promise.all([
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/context-async-hooks"),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, "")}/v1/traces`, headers });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName, "service.version": serviceVersion }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  tracing = true;
  return async () => {
    tracing = false;
    trace.disable();
    context.disable();
    await provider.shutdown();
  };
}
