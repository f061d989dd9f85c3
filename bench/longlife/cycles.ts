/** Thousands of checks one after the other, as years bring them: what of the service grows, and what does not. */
import { join } from "node:path";
import { checkAsOf, ensureRetrainer, retrainerId } from "../../src/temporal/control_client.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { quantile } from "../shared/figures.ts";
import { type BenchService, startBenchService } from "../shared/service.ts";
import { DAY_MS } from "./year.ts";

const MODELS = ["churn", "spending"] as const;
/** Measured so often in a run. */
const MEASURES = 20;
const ASKED_TIMES = 15;
const FIRST_MS = Date.UTC(2020, 0, 1);
/** What people and programs ask for, of a history that grows. */
const ASKED = {
  "GET /retraining/history": "/retraining/history?limit=50",
  "GET /retraining/checks": "/retraining/checks?limit=50",
  "overview page": "/",
  "page of checks": "/checks",
} as const;

/** How things are after so many checks. */
export interface Measured {
  checks: number;
  /** checks a second since the one before */
  rate: number;
  /** of the process with API and worker, MB */
  memory: number;
  /** events in the history of the longest retrainer's current run, and runs so far */
  history: number;
  runs: number;
  /** bytes of Perennial's database and of Temporal's */
  database: number;
  temporal: number;
  /** ms of each thing that is asked for, median */
  asked: Record<keyof typeof ASKED, number>;
}

/**
 * Has production workflows, activities and servers check two models `checks` times, each as of a later moment, in a shop
 * with little data: each ends with the trigger's answer.
 * @param withinMs ends earlier after so long, and tells what was done
 */
export async function manyChecks(
  { checks, withinMs, say }: { checks: number; withinMs: number; say: (line: string) => void },
): Promise<Measured[]> {
  await using bench = await startBenchService();
  const { service: { sql, client, taskQueue } } = bench;
  await insertEvents(sql, fewEvents());
  for (const model of MODELS) await ensureRetrainer(client, { model, taskQueue, active: false });
  const runs = new Set<string>();
  const measured: Measured[] = [];
  const begunMs = performance.now();
  const step = Math.max(1, Math.floor(checks / MEASURES / MODELS.length));
  const isOver = () => performance.now() - begunMs >= withinMs;
  for (let done = 0; done < checks && !isOver();) {
    const stepMs = performance.now();
    const before = done;
    await Promise.all(MODELS.map(async (model) => {
      for (let i = 0; i < step && !isOver(); i++) {
        const asOf = new Date(FIRST_MS + (before / MODELS.length + i) * 3_600_000).toISOString();
        await checkAsOf(client, model, asOf);
        done++;
      }
    }));
    const rate = (done - before) / ((performance.now() - stepMs) / 1000);
    measured.push({ checks: done, rate, ...await measure(bench, runs) });
    say(`longlife: ${done} checks, ${rate.toFixed(1)} a second`);
  }
  return measured;
}

/** Twenty shoppers over two years, each once a month. */
const fewEvents = () =>
  Array.from({ length: 20 * 24 }, (_, i) => ({
    id: `e${i}`,
    userKey: `00000000-0000-4000-8000-${String(i % 20).padStart(12, "0")}`,
    session: String(i),
    type: "purchase",
    product: `p${i % 7}`,
    category: "c",
    country: null,
    price: 10,
    quantity: 1,
    amount: 10,
    atMs: FIRST_MS + Math.floor(i / 20) * 30 * DAY_MS + i * 1_000,
  }));

async function measure(bench: BenchService, runs: Set<string>): Promise<Omit<Measured, "checks" | "rate">> {
  const { service: { sql, client }, home } = bench;
  const lengths: number[] = [];
  for (const model of MODELS) {
    const { runId, historyLength } = await client.workflow.getHandle(retrainerId(model)).describe();
    runs.add(runId);
    lengths.push(historyLength);
  }
  const [{ database }] = await sql`select pg_database_size(current_database())::float8 as database`;
  const { size } = await Deno.stat(join(home, "..", "servers", "temporal.db"));
  const asked = Object.fromEntries(
    await Promise.all(Object.entries(ASKED).map(async ([name, path]) => [name, await medianMs(bench, path)])),
  );
  return {
    memory: Deno.memoryUsage().rss / 1e6,
    history: Math.max(...lengths),
    runs: runs.size,
    database,
    temporal: size,
    asked,
  };
}

async function medianMs({ url, apiKey }: BenchService, path: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ASKED_TIMES; i++) {
    const begunMs = performance.now();
    const answer = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${apiKey}` } });
    await answer.bytes();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    times.push(performance.now() - begunMs);
  }
  return quantile(times, 0.5);
}
