import type { Context } from "hono";
import { correlated } from "../core/correlation.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import { withSpan } from "../telemetry/spans.ts";
import { isTracing } from "../telemetry/tracing.ts";
import type { AppEnv } from "./deps.ts";
import { problemOf } from "./problem.ts";

/** Others, which anybody can make up, count as one. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

type Watch = (c: Context<AppEnv>, answer: () => Promise<void>) => Promise<void>;

/** Returns what measures a request, has the log name it, and puts it into a trace. */
export function createRequestWatch({ http, httpUnderWay }: Instruments): Watch {
  return async (c, answer) => {
    const begunMs = performance.now();
    let refusal: unknown = null;
    httpUnderWay.inc();
    try {
      const request = c.get("requestId");
      await correlated({ request }, () => isTracing() ? traced(c, answer) : answer());
    } catch (error) {
      refusal = error;
      throw error;
    } finally {
      httpUnderWay.dec();
      const status = refusal === null ? c.res.status : problemOf(refusal, "").status;
      const labels = { method: methodOf(c), route: routeOf(c, status), status: String(status) };
      http.observe(labels, (performance.now() - begunMs) / 1000);
    }
  };
}

const methodOf = (c: Context<AppEnv>) => METHODS.has(c.req.method) ? c.req.method : "other";

/** A path of the API; everything else counts together, so that no caller can make up routes. */
const routeOf = (c: Context<AppEnv>, status: number) => c.get("route") ?? (status === 404 ? "none" : "pages");

function traced(c: Context<AppEnv>, answer: () => Promise<void>): Promise<void> {
  const { method } = c.req;
  const parent = c.req.header("traceparent");
  return withSpan(`HTTP ${method}`, { kind: "SERVER", parent }, async (span) => {
    span.setAttributes({ "http.request.method": method, "perennial.request": c.get("requestId") });
    await answer();
    const { status } = c.res;
    const route = routeOf(c, status);
    span.updateName(`${method} ${route}`);
    span.setAttributes({ "http.route": route, "http.response.status_code": status });
  });
}
