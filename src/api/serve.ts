import type { Api } from "./deps.ts";
import { withDeadline } from "../core/deadline.ts";
import { isLoopback } from "./access.ts";
import { messageOf } from "../core/errors.ts";
import { listenBounded, TIMEOUTS, type Timeouts } from "./node_server.ts";
import { clientAddress, rememberSource, type Source } from "./remote_address.ts";
import type { TlsFiles } from "./tls_files.ts";

const FINISH_WITHIN_MS = 3_000;

/** An API that listens. */
interface ServedApi {
  /** `http://127.0.0.1:8000`: how this machine reaches it. */
  url: string;
  port: number;
  /** Settles when it no longer listens. */
  finished: Promise<void>;
  /** Takes no new requests, and waits a few seconds for running ones to finish. Safe to call twice. */
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
export const localUrl = (host: string, port: number, { tls = false }: { tls?: boolean } = {}): string =>
  `${tls ? "https" : "http"}://${isLoopback(host) && host !== "::1" ? host : "127.0.0.1"}:${port}`;

/** Listens. @throws {CannotListenError} saying what to do */
export function serveApi(app: Api, listening: Listening): ServedApi {
  const { host, port, sharePort = false } = listening;
  const closing = new AbortController();
  const answer = answering(app, listening, closing.signal);
  const options = { hostname: host, port, reusePort: sharePort, onListen: () => undefined };
  try {
    const server = Deno.serve(options, (request, info) => answer(request, info.remoteAddr.hostname));
    return served({
      url: localUrl(host, server.addr.port),
      port: server.addr.port,
      finished: server.finished,
      shutdown: () => server.shutdown(),
    }, closing);
  } catch (error) {
    throw cannotListen(error, { host, port });
  }
}

/**
 * Listens with bounds on how long headers may take and a connection may lie idle, and with TLS of our own where there is a
 * certificate. A request costs more than with `serveApi()`: for where no proxy stands before it.
 * @throws {CannotListenError} saying what to do
 */
export async function serveBounded(
  app: Api,
  { timeouts = TIMEOUTS, tls, ...listening }: Listening & { timeouts?: Timeouts; tls?: TlsFiles },
): Promise<ServedApi> {
  const { host, port, sharePort = false } = listening;
  const closing = new AbortController();
  const answer = answering(app, listening, closing.signal);
  try {
    const server = await listenBounded(answer, { host, port, sharePort, timeouts, tls });
    return served({ ...server, url: localUrl(host, server.port, { tls: tls !== undefined }) }, closing);
  } catch (error) {
    throw cannotListen(error, { host, port });
  }
}

/** Returns what answers a request, and remembers where it came from. */
function answering(
  app: Api,
  { trustedProxies = [], publicUrl }: Listening,
  closing: AbortSignal,
): (received: Request, remote: string) => Response | Promise<Response> {
  const trusted = new Set(trustedProxies);
  return (received, remote) => {
    const request = wantsStream(received) ? endingWith(received, closing) : received;
    rememberSource(request, new RequestSource(request, { remote, trusted, publicUrl }));
    return app.fetch(request);
  };
}

/** Whence a request came. A class: an object with a getter of its own has a shape of its own, which outlives the request. */
class RequestSource implements Source {
  readonly publicUrl: string | undefined;
  readonly #request: Request;
  readonly #remote: string;
  readonly #trusted: ReadonlySet<string>;

  constructor(
    request: Request,
    { remote, trusted, publicUrl }: { remote: string; trusted: ReadonlySet<string>; publicUrl?: string },
  ) {
    this.publicUrl = publicUrl;
    this.#request = request;
    this.#remote = remote;
    this.#trusted = trusted;
  }

  get address(): string {
    return clientAddress(this.#remote, this.#request.headers.get("x-forwarded-for"), this.#trusted);
  }
}

/** A server of either kind. */
interface Listener extends Pick<ServedApi, "url" | "port" | "finished"> {
  shutdown(): Promise<void>;
  /** ends what still runs; left out: it cannot, and what runs ends with the process (Deno fails to abort after a shutdown) */
  cut?(): void;
}

function served({ url, port, finished, shutdown, cut }: Listener, closing: AbortController): ServedApi {
  let stopped: Promise<void> | undefined;
  return {
    url,
    port,
    finished,
    stop() {
      closing.abort(); // streams have no end of their own
      return stopped ??= end({ shutdown, cut, finished });
    },
  };
}

function cannotListen(error: unknown, { host, port }: Pick<Listening, "host" | "port">): unknown {
  const code = (error as { code?: string }).code;
  if (error instanceof Deno.errors.AddrInUse || code === "EADDRINUSE") {
    return new CannotListenError(
      `Port ${port} is taken by another program; set PERENNIAL_PORT or --port to a free one`,
    );
  }
  const isRefused = error instanceof Deno.errors.PermissionDenied || code === "EACCES";
  if (isRefused || error instanceof Deno.errors.AddrNotAvailable || code === "EADDRNOTAVAIL") {
    return new CannotListenError(
      `Cannot listen on ${host}:${port} (${messageOf(error)}); set PERENNIAL_HOST and PERENNIAL_PORT`,
    );
  }
  return error;
}

const wantsStream = ({ headers }: Request) => headers.get("accept")?.includes("text/event-stream") ?? false;

const endingWith = (request: Request, closing: AbortSignal) =>
  new Request(request, { signal: AbortSignal.any([request.signal, closing]) });

async function end({ shutdown, cut, finished }: Pick<Listener, "shutdown" | "cut" | "finished">) {
  const late = new Error("late");
  try {
    await withDeadline(shutdown(), FINISH_WITHIN_MS, () => late);
  } catch (error) {
    if (error !== late) throw error;
    if (!cut) return;
    cut();
    await finished;
  }
}
