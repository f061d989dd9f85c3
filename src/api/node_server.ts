import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Server as TlsServer } from "node:tls";
import type { TlsFiles } from "./tls_files.ts";

/** How long a client may take, in ms. */
export interface Timeouts {
  /** from connecting, or from the first byte of a further request, to the end of its headers */
  headersMs: number;
  /** without a request on a connection that was used before */
  idleMs: number;
}

export const TIMEOUTS: Timeouts = { headersMs: 10_000, idleMs: 60_000 };
const BODY_WITHIN_MS = 10 * 60_000;

/** Answers a request from an address. */
export type Answer = (request: Request, remoteAddress: string) => Response | Promise<Response>;

/** A server that cuts connections which say nothing. */
export interface NodeServer {
  port: number;
  finished: Promise<void>;
  /** Takes no new requests, and settles when those that run are done. */
  shutdown(): Promise<void>;
  /** Ends all connections. */
  cut(): void;
}

interface ListenOptions {
  host: string;
  port: number;
  sharePort: boolean;
  timeouts: Timeouts;
  tls?: TlsFiles;
}

/**
 * Listens with bounds on how long headers may take and a connection may lie idle, which `Deno.serve` does not have; and
 * with certificates that can be exchanged while it runs.
 * @throws {Error} with `code` EADDRINUSE, EACCES or EADDRNOTAVAIL: it cannot listen there
 */
export async function listenBounded(
  answer: Answer,
  { host, port, sharePort, timeouts, tls }: ListenOptions,
): Promise<NodeServer> {
  const options = {
    headersTimeout: timeouts.headersMs,
    keepAliveTimeout: timeouts.idleMs,
    requestTimeout: BODY_WITHIN_MS,
    connectionsCheckingInterval: Math.min(1_000, timeouts.headersMs),
  };
  const handle = (message: IncomingMessage, response: ServerResponse) => {
    pass(message, response, { answer, scheme: tls ? "https" : "http" }).catch(() => response.destroy());
  };
  const server: Server = tls
    ? createTlsServer({ ...options, ...tls.current(), minVersion: "TLSv1.2" }, handle)
    : createServer(options, handle);
  const stopWatching = tls?.watch((pair) => (server as unknown as TlsServer).setSecureContext(pair));
  const sockets = trackSockets(server, { handshakeMs: tls ? timeouts.headersMs : undefined });
  const finished = new Promise<void>((done) => server.once("close", () => done()));
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen({ host, port, reusePort: sharePort }, done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    finished,
    async shutdown() {
      stopWatching?.();
      server.close();
      server.closeIdleConnections();
      await finished;
    },
    cut() {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Knows the open connections, and ends those that never finish greeting. */
function trackSockets(server: Server, { handshakeMs }: { handshakeMs?: number }): Set<Socket> {
  const sockets = new Set<Socket>();
  const greeting = new Map<string, ReturnType<typeof setTimeout>>();
  const nameOf = (socket: Socket) => `${socket.remoteAddress} ${socket.remotePort}`;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    const name = nameOf(socket);
    if (handshakeMs !== undefined) greeting.set(name, setTimeout(() => socket.destroy(), handshakeMs));
    socket.once("close", () => {
      sockets.delete(socket);
      clearTimeout(greeting.get(name));
      greeting.delete(name);
    });
  });
  server.on("secureConnection", (socket: Socket) => clearTimeout(greeting.get(nameOf(socket))));
  server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  return sockets;
}

/** Hands one request over in the shape of the web, and its answer back. */
async function pass(
  message: IncomingMessage,
  response: ServerResponse,
  { answer, scheme }: { answer: Answer; scheme: "http" | "https" },
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const request = requestOf(message, { scheme, signal: gone.signal });
  if (request === null) {
    response.writeHead(400, { connection: "close" }).end();
    return;
  }
  const answered = await answer(request, message.socket.remoteAddress ?? "");
  response.writeHead(answered.status, headersOf(answered.headers));
  if (answered.body === null || message.method === "HEAD") {
    await answered.body?.cancel();
    response.end();
    return;
  }
  response.flushHeaders();
  await pipeline(Readable.fromWeb(answered.body as Parameters<typeof Readable.fromWeb>[0]), response);
}

function requestOf(
  message: IncomingMessage,
  { scheme, signal }: { scheme: string; signal: AbortSignal },
): Request | null {
  const method = message.method ?? "GET";
  const url = `${scheme}://${message.headers.host ?? "localhost"}${message.url ?? "/"}`;
  try {
    const headers = new Headers();
    for (let i = 0; i < message.rawHeaders.length; i += 2) {
      headers.append(message.rawHeaders[i], message.rawHeaders[i + 1]);
    }
    const body = method === "GET" || method === "HEAD"
      ? undefined
      : Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>;
    return new Request(new URL(url), { method, headers, body, signal });
  } catch {
    return null; // a host or a path that is no URL
  }
}

/** Headers as Node writes them: several cookies are several lines. */
function headersOf(headers: Headers): Record<string, string | string[]> {
  const all: Record<string, string | string[]> = Object.fromEntries(headers);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) all["set-cookie"] = cookies;
  return all;
}
