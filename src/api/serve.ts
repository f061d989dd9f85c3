import type { Api } from "./deps.ts";
import { withDeadline } from "../core/deadline.ts";
import { isLoopback } from "./access.ts";
import { clientAddress, rememberSource } from "./remote_address.ts";

const FINISH_WITHIN_MS = 3_000;

/** An API that listens. */
interface ServedApi {
  /** `http://127.0.0.1:8000`: how this machine reaches it. */
  url: string;
  port: number;
  /** Settles when it no longer listens. */
  finished: Promise<void>;
  /** Takes no new requests, lets running ones finish for a few seconds, then ends them. Safe to call twice. */
  stop(): Promise<void>;
}

/** The address cannot be listened on. */
export class CannotListenError extends Error {
  override name = "CannotListenError";
}

/** The address to listen on. */
interface Listening {
  host: string;
  /** 0: any free one */
  port: number;
  /** other processes listen there as well, and the kernel divides connections between them (Linux) */
  sharePort?: boolean;
  /** proxies whose word on where a request came from is believed */
  trustedProxies?: readonly string[];
  /** how the world names this server */
  publicUrl?: string;
}

/** Returns how this machine reaches a server that listens on `host`. */
export const localUrl = (host: string, port: number): string =>
  `http://${isLoopback(host) && host !== "::1" ? host : "127.0.0.1"}:${port}`;

/** Listens. @throws {CannotListenError} saying what to do */
export function serveApi(
  app: Api,
  { host, port, sharePort = false, trustedProxies = [], publicUrl }: Listening,
): ServedApi {
  const ending = new AbortController();
  const closing = new AbortController();
  const trusted = new Set(trustedProxies);
  const noteSource = (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) =>
    rememberSource(request, {
      publicUrl,
      get address() {
        return clientAddress(info.remoteAddr.hostname, request.headers.get("x-forwarded-for"), trusted);
      },
    });
  const signals = { signal: ending.signal, closing: closing.signal };
  const server = listen(app, { host, port, sharePort, noteSource, ...signals });
  const bound = (server.addr as Deno.NetAddr).port;
  const finished = server.finished;
  let stopped: Promise<void> | undefined;
  return {
    url: localUrl(host, bound),
    port: bound,
    finished,
    stop() {
      closing.abort(); // streams have no end of their own
      return stopped ??= end(server, ending);
    },
  };
}

function listen(
  app: Api,
  { host, port, sharePort, noteSource, signal, closing }: Pick<Listening, "host" | "port" | "sharePort"> & {
    noteSource: (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => void;
    signal: AbortSignal;
    closing: AbortSignal;
  },
) {
  try {
    return Deno.serve(
      { hostname: host, port, reusePort: sharePort, signal, onListen: () => undefined },
      (received, info) => {
        const request = wantsStream(received) ? endingWith(received, closing) : received;
        noteSource(request, info);
        return app.fetch(request);
      },
    );
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new CannotListenError(
        `Port ${port} is taken by another program; set PERENNIAL_PORT or --port to a free one`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.AddrNotAvailable) {
      throw new CannotListenError(
        `Cannot listen on ${host}:${port} (${error.message}); set PERENNIAL_HOST and PERENNIAL_PORT`,
      );
    }
    throw error;
  }
}

const wantsStream = ({ headers }: Request) => headers.get("accept")?.includes("text/event-stream") ?? false;

const endingWith = (request: Request, closing: AbortSignal) =>
  new Request(request, { signal: AbortSignal.any([request.signal, closing]) });

async function end(server: Deno.HttpServer, ending: AbortController): Promise<void> {
  const late = new Error("late");
  try {
    await withDeadline(server.shutdown(), FINISH_WITHIN_MS, () => late);
  } catch (error) {
    if (error !== late) throw error;
    ending.abort();
    await server.finished;
  }
}
