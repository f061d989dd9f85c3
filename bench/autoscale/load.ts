/** A load that grows and falls: models retrained over and over, and predictions asked at a rate. */
import { sleep } from "../../src/core/deadline.ts";
import { createClient } from "../../src/client/client.ts";
import type { Database } from "../../src/db/connect.ts";
import type { Pod } from "./pods.ts";

const LOOK_MS = 1_000;

/** What is wanted of the load at the moment. */
export interface Wanted {
  /** cycles at once */
  cycles: number;
  predictionsPerSecond: number;
}

export interface LoadCounts {
  forced: number;
  underWay: number;
  answered: number;
  refused: number;
  failed: number;
}

/** Sends the load that `wanted` says, until it is told to end; then lets what is under way end. */
export function startLoad(
  { models, apis, apiKey, sql, wanted }: {
    models: readonly string[];
    /** processes that a Service would send to */
    apis: () => Pod[];
    apiKey: string;
    sql: Database;
    wanted: () => Wanted;
  },
): { counts: LoadCounts; end(): Promise<void> } {
  const counts: LoadCounts = { forced: 0, underWay: 0, answered: 0, refused: 0, failed: 0 };
  let isEnding = false;
  let turn = 0;
  const next = (): Pod | undefined => {
    const ready = apis();
    return ready[turn++ % Math.max(1, ready.length)];
  };

  /** Retrains one model, over and over while so many cycles are wanted. */
  async function retrain(model: string, place: number): Promise<void> {
    while (!isEnding) {
      const api = next();
      if (place >= wanted().cycles || api === undefined) {
        await sleep(LOOK_MS);
        continue;
      }
      const [{ before }] =
        await sql`select coalesce(max(number), 0)::int as before from cycles where model = ${model}`;
      await createClient({ url: api.url, apiKey }).force({ model, why: "the bench" });
      counts.forced++;
      counts.underWay++;
      while (!await hasEnded(model, before)) await sleep(LOOK_MS);
      counts.underWay--;
    }
  }

  async function hasEnded(model: string, before: number): Promise<boolean> {
    const [{ ended }] = await sql`select count(*)::int as ended from cycles
      where model = ${model} and number > ${before} and ended_at is not null`;
    return ended > 0;
  }

  async function predict(): Promise<void> {
    const api = next();
    if (api === undefined) return;
    const answer = await fetch(`${api.url}/predictions/churn`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ user: "14911" }),
    }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) counts.answered++;
    else if (answer?.status === 429 || answer?.status === 503) counts.refused++;
    else counts.failed++;
  }

  const asking = new Set<Promise<void>>();
  async function askAtRate(): Promise<void> {
    const begunMs = performance.now();
    let due = 0;
    let lastMs = begunMs;
    while (!isEnding) {
      const nowMs = performance.now();
      due = Math.min(due + wanted().predictionsPerSecond * (nowMs - lastMs) / 1000, 1_000);
      lastMs = nowMs;
      for (; due >= 1; due--) {
        const request = predict().finally(() => asking.delete(request));
        asking.add(request);
      }
      await sleep(20);
    }
    await Promise.all(asking);
  }

  const running = Promise.all([...models.map(retrain), askAtRate()]);
  return {
    counts,
    async end() {
      isEnding = true;
      await running;
    },
  };
}
