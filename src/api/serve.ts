import type { Api } from "./deps.ts";
import { withDeadline } from "../core/deadline.ts";
import { isLoopback } from "./access.ts";

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
}

/** Listens. @throws {CannotListenError} saying what to do */
export function serveApi(app: Api, { host, port, sharePort = false }: Listening): ServedApi {
  const ending = new AbortController();
  const closing = new AbortController();
  const server = listen(app, { host, port, sharePort, signal: ending.signal, closing: closing.signal });
  const bound = (server.addr as Deno.NetAddr).port;
  const finished = server.finished;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${isLoopback(host) && host !== "::1" ? host : "127.0.0.1"}:${bound}`,
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
  { host, port, sharePort, signal, closing }: Required<Listening> & {
    signal: AbortSignal;
    closing: AbortSignal;
  },
) {
  try {
    return Deno.serve(
      { hostname: host, port, reusePort: sharePort, signal, onListen: () => undefined },
      (request) => app.fetch(wantsStream(request) ? endingWith(request, closing) : request),
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
