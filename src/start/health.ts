import { CannotListenError } from "../api/serve.ts";
import { systemClock } from "../core/clock.ts";
import type { HealthNews, HealthStart } from "./health_thread.ts";

interface HealthOptions {
  host: string;
  port: number;
  databaseUrl: string;
  /** whether Temporal answers */
  reachesTemporal: () => Promise<boolean>;
}

/** The probes of a process, answered by a thread of their own. */
export interface HealthServer {
  /** From now on all its parts run. */
  started(): void;
  /** From now on this process is not ready. */
  stopping(): void;
  stop(): void;
}

const TURN_MS = 250;
const TEMPORAL_MS = 5_000;

/**
 * Answers /healthz and /readyz on a port of their own, so that a busy main thread is not taken for a dead process.
 * @throws {CannotListenError} the port is taken
 */
export async function startHealth(
  { host, port, databaseUrl, reachesTemporal }: HealthOptions,
): Promise<HealthServer> {
  const turns = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const thread = new Worker(new URL("./health_thread.ts", import.meta.url).href, { type: "module" });
  const tookTurn = () => void Atomics.store(new BigInt64Array(turns), 0, BigInt(systemClock()));
  tookTurn();
  const start: HealthStart = { host, port, databaseUrl, turns };
  await begun(thread, start);
  let news: HealthNews = { temporal: null, starting: true, stopping: false };
  const tell = (changed: Partial<HealthNews>) => {
    news = { ...news, ...changed };
    thread.postMessage(news);
  };
  const timers = [
    setInterval(tookTurn, TURN_MS),
    setInterval(() => void reachesTemporal().then((temporal) => tell({ temporal })), TEMPORAL_MS),
  ];
  return {
    started: () => tell({ starting: false }),
    stopping: () => tell({ stopping: true }),
    stop() {
      timers.forEach((timer) => clearInterval(timer));
      thread.terminate();
    },
  };
}

async function begun(thread: Worker, start: HealthStart): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<{ listening: boolean; reason?: string }>();
  thread.onmessage = ({ data }) => resolve(data);
  thread.postMessage(start);
  const { listening, reason } = await promise;
  if (listening) return;
  thread.terminate();
  throw new CannotListenError(
    `Cannot answer probes on ${start.host}:${start.port} (${reason}); set PERENNIAL_HEALTH_PORT to a free one`,
  );
}
