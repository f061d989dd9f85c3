/** Thousands of checks and trainings one after the other, as years bring them: what of the service grows, and what does not. */
import { join } from "node:path";
import { checkAsOf, ensureRetrainer, retrainerId } from "../../src/temporal/control_client.ts";
import { seededRandom } from "../../src/core/random.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import type { Database } from "../../src/db/connect.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { quantile } from "../shared/figures.ts";
import { type BenchService, startBenchService } from "../shared/service.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { DAY_MS } from "./year.ts";

const MODELS = ["churn", "spending"] as const;
/** Measured so often in a run. */
const MEASURES = 20;
const ASKED_TIMES = 15;
const FIRST_MS = Date.UTC(2020, 0, 1);
const HOUR_MS = 3_600_000;
const SHOPPERS = 200;
const REGULARS_BUY = 0.9;
/** Days of events before the first check, and beyond the last one. */
const BEFORE_DAYS = 60;
const BEYOND_DAYS = 2;
/** A cut-off gets its outcomes every second day, and calls for a routine training: of checks an hour apart about one in 48. */
const SMALL_SHOP = {
  active_days: 30,
  horizon_days: 7,
  step_days: 2,
  max_train_cutoffs: 5,
  min_validation_rows: 20,
  min_new_samples: 1,
  monitor_interval_hours: 24,
  rollout: "immediate",
} as const;
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
  /** cycles that trained, and versions that were deployed */
  trained: number;
  deployed: number;
  /** files of artefacts, and their bytes */
  files: number;
  artefacts: number;
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
 * with little data: each ends with the trigger's answer, or, where that is to retrain, with a version that serves or does not.
 * @param withinMs ends earlier after so long, and tells what was done
 */
export async function manyChecks(
  { checks, withinMs, say }: { checks: number; withinMs: number; say: (line: string) => void },
): Promise<Measured[]> {
  await using bench = await startBenchService();
  const { service: { sql, client, taskQueue } } = bench;
  await insertEvents(sql, fewEvents(checks / MODELS.length * HOUR_MS));
  await configure(sql);
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
        const asOf = new Date(FIRST_MS + (before / MODELS.length + i) * HOUR_MS).toISOString();
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

/** Two hundred shoppers, half of whom buy nearly everything: who comes again can be learned. */
function fewEvents(lengthMs: number): AcceptedEvent[] {
  const random = seededRandom(7);
  const half = SHOPPERS / 2;
  const shopper = () => Math.floor(random() * half) + (random() < REGULARS_BUY ? 0 : half);
  const days = BEFORE_DAYS + Math.ceil(lengthMs / DAY_MS) + BEYOND_DAYS;
  return Array.from({ length: Math.round(days * SHOPPERS / 10) }, (_, i) => ({
    id: `e${i}`,
    userKey: keyOf(shopper()),
    session: String(i),
    type: "purchase",
    product: `p${Math.floor(random() * 50)}`,
    category: "c",
    country: null,
    price: 10,
    quantity: 1,
    amount: 10,
    atMs: FIRST_MS - BEFORE_DAYS * DAY_MS + Math.floor(random() * days * DAY_MS),
  }));
}

/** Keys that differ where a validation tells shoppers apart: in their first digits. */
const keyOf = (shopper: number): string =>
  `${shopper.toString(16).padStart(8, "0")}-0000-4000-8000-${shopper.toString(16).padStart(12, "0")}`;

async function configure(sql: Database): Promise<void> {
  const { version: after, config } = await currentConfig(sql);
  await saveConfig(sql, {
    config: { ...config, ...SMALL_SHOP },
    after,
    by: "the bench",
    why: "a small shop",
  });
}

async function measure(bench: BenchService, runs: Set<string>): Promise<Omit<Measured, "checks" | "rate">> {
  const { service: { sql, client }, home } = bench;
  const lengths: number[] = [];
  for (const model of MODELS) {
    const { runId, historyLength } = await client.workflow.getHandle(retrainerId(model)).describe();
    runs.add(runId);
    lengths.push(historyLength);
  }
  const [{ database, trained, deployed }] =
    await sql`select pg_database_size(current_database())::float8 as database,
    (select count(*)::int from cycles where challenger is not null) as trained,
    (select count(*)::int from serving_history where kind = 'deploy') as deployed`;
  const stored = await fileArtefacts(join(home, "artefacts")).list();
  const { size } = await Deno.stat(join(home, "..", "servers", "temporal.db"));
  const asked = Object.fromEntries(
    await Promise.all(Object.entries(ASKED).map(async ([name, path]) => [name, await medianMs(bench, path)])),
  );
  return {
    memory: Deno.memoryUsage().rss / 1e6,
    history: Math.max(...lengths),
    runs: runs.size,
    trained,
    deployed,
    files: stored.length,
    artefacts: stored.reduce((sum, { bytes }) => sum + bytes, 0),
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
