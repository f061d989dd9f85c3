/** A collector of traces, as OTLP over HTTP sends them. */

export interface CollectedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, unknown>;
}

export interface Collector {
  url: string;
  spans: CollectedSpan[];
  stop(): Promise<void>;
}

interface Sent {
  resourceSpans: {
    scopeSpans: { spans: (Omit<CollectedSpan, "attributes"> & { attributes: Pair[] })[] }[];
  }[];
}
interface Pair {
  key: string;
  value: Record<string, unknown>;
}

/** Listens for spans on a port of its own. */
export function startCollector(): Collector {
  const spans: CollectedSpan[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    async (request) => {
      const { resourceSpans }: Sent = await request.json();
      const sent = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      spans.push(...sent.map((span) => ({ ...span, attributes: attributesOf(span.attributes) })));
      return Response.json({});
    },
  );
  return { url: `http://127.0.0.1:${server.addr.port}`, spans, stop: () => server.shutdown() };
}

const attributesOf = (pairs: Pair[]) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
