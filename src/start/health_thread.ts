/// <reference lib="deno.worker" />
import { createDatabaseWatch } from "../app/database_watch.ts";
import { systemClock } from "../core/clock.ts";
import { connect } from "../db/connect.ts";
import { aliveAnswer, type Health, type HealthAnswer, readyAnswer } from "./health_answers.ts";

/** What the thread is started with. */
export interface HealthStart {
  host: string;
  port: number;
  databaseUrl: string;
  /** one number: when the main thread last took a turn, ms since the epoch */
  turns: SharedArrayBuffer;
}

/** What the main thread tells while it runs. */
export interface HealthNews {
  temporal: boolean | null;
  starting: boolean;
  stopping: boolean;
}

const scope = self as unknown as DedicatedWorkerGlobalScope;
let news: HealthNews = { temporal: null, starting: true, stopping: false };

scope.onmessage = ({ data }: MessageEvent<HealthStart>) => {
  scope.onmessage = (told: MessageEvent<HealthNews>) => {
    news = told.data;
  };
  try {
    serve(data);
    scope.postMessage({ listening: true });
  } catch (error) {
    scope.postMessage({ listening: false, reason: error instanceof Error ? error.message : String(error) });
  }
};

/** Answers probes with a connection of its own, so that neither a busy process nor a full pool is taken for a fault. */
function serve({ host, port, databaseUrl, turns }: HealthStart): void {
  const lastTurn = new BigInt64Array(turns);
  const probe = connect(databaseUrl, { max: 1, statementMs: 5_000 });
  const watch = createDatabaseWatch(probe, systemClock);
  const health = async (asksPostgres: boolean): Promise<Health> => ({
    silentMs: Math.max(0, systemClock() - Number(Atomics.load(lastTurn, 0))),
    postgres: asksPostgres ? await watch.check() : null,
    ...news,
  });
  Deno.serve({ hostname: host, port, onListen: () => undefined }, async ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === "/healthz") return answered(aliveAnswer(await health(false)));
    if (pathname === "/readyz") return answered(readyAnswer(await health(true)));
    return new Response("There is /healthz and /readyz", { status: 404 });
  });
}

const answered = ({ status, body }: HealthAnswer): Response =>
  Response.json(body, { status, headers: { "Cache-Control": "no-store" } });
