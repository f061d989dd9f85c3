import { featureBlock, labelBlock } from "../../src/app/features/blocks.ts";
import { cleanUp } from "../../src/app/retention/cleanup.ts";
import { CLASSES } from "../../src/app/retention/classes.ts";
import { sweepFiles } from "../../src/app/retention/sweep.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Database } from "../../src/db/connect.ts";
import { saveSnapshot } from "../../src/db/cycles/snapshots.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { churn } from "./models.ts";
import type { FileArtefacts } from "../../src/registry/artefacts.ts";
import { sealValue } from "../../src/registry/sealed.ts";

export const DAY_MS = 86_400_000;
/** Later than any real clock: what a day wrote is told by the database's own clock, and moved to the day. */
export const FIRST_DAY_MS = Date.UTC(2040, 0, 2);
const MODELS = ["churn", "spending"] as const;
const PROTOCOL = { activeDays: 90, activity: "purchase", horizonDays: 28 } as const;
const CHECKPOINT_BYTES = 500_000;
const MODEL_BYTES = 20_000;
/** A hash in the place of one that nothing here reads. */
const HASH = "f".repeat(64);
/** Rows whose age counts, and the column that says it. */
const DATED = [
  ["predictions", "at"],
  ["feature_blocks", "built_at"],
  ["label_blocks", "built_at"],
  ["observations", "at"],
  ["quarantine", "received_at"],
  ["idempotency_keys", "at"],
  ["cycles", "ended_at"],
] as const;

export interface Shop {
  sql: Database;
  store: FileArtefacts;
  shoppers: number;
  /** predictions that the monitor stores a day and model */
  sample: number;
  /** whether what is old goes */
  retains: boolean;
}

type Random = () => number;

/** One day of a shop with two models: its events, looks, checks, and every seventh day a cycle; then the night. */
export async function liveDay(shop: Shop, day: number): Promise<void> {
  const nowMs = FIRST_DAY_MS + day * DAY_MS;
  const random = seededRandom(day + 1);
  await insertEvents(shop.sql, eventsOf(shop, nowMs, random));
  const block = await featureBlock(shop, PROTOCOL, nowMs);
  for (const model of MODELS) await look(shop, model, { day, nowMs, block: block.sha256, random });
  await serve(shop, nowMs);
  await takeIn(shop, day);
  if (day % 7 === 6) { for (const model of MODELS) await cycle(shop, model, { day, nowMs, random }); }
  await moveToDay(shop.sql, nowMs);
  if (shop.retains) await night(shop, day, nowMs);
}

function eventsOf({ shoppers }: Shop, nowMs: number, random: Random): AcceptedEvent[] {
  return Array.from({ length: Math.round(shoppers / 5) }, (_, i) => {
    const shopper = Math.floor(random() * shoppers);
    return {
      id: `${nowMs}-${i}`,
      userKey: `00000000-0000-4000-8000-${String(shopper).padStart(12, "0")}`,
      session: String(i),
      type: random() < 0.3 ? "purchase" : "view",
      product: `p${Math.floor(random() * 500)}`,
      category: "c",
      country: null,
      price: 10,
      quantity: 1,
      amount: 10,
      atMs: nowMs - DAY_MS + Math.floor(random() * DAY_MS),
    };
  });
}

/** A look that a check rests on, with the block that it judged sealed into its evidence; and what the monitor stores. */
async function look(
  { sql, store, sample }: Shop,
  model: string,
  { day, nowMs, block, random }: { day: number; nowMs: number; block: string; random: Random },
): Promise<void> {
  for (const kind of ["drift", "performance"]) {
    const rows = Array.from({ length: 200 }, () => random());
    const evidence = await sealValue(store, { model, kind, day, current: { block }, rows });
    await sql`insert into observations (id, kind, model, key, as_of, answer, report, evidence_sha256, code_version)
      values (gen_random_uuid(), ${kind}, ${model}, ${String(day)}, ${new Date(
      nowMs,
    )}, 'stable', '{}', ${evidence}, 'c')`;
  }
  const asOf = new Date(nowMs);
  await sql`insert into predictions (model, version, user_key, as_of, prediction, fallback, feature_hash, horizon_days, source, outcome, met_at)
    select ${model}, 1, gen_random_uuid(), ${asOf}, random(), false, ${HASH}, 28, 'monitor', random(), ${asOf}
    from generate_series(1, ${sample}::int)`;
}

/** A day's counts of answers, minute by minute. */
async function serve({ sql }: Shop, nowMs: number): Promise<void> {
  const day = new Date(nowMs);
  await sql`insert into serving_minutes (model, version, minute, process, answers, errors, fallbacks, latency)
    select model, 1, ${day}::timestamptz + n * interval '1 minute', 'p', 10, 0, 0, '{"1": 5, "2": 3, "4": 2}'
    from generate_series(0, 1439) n, unnest(${[...MODELS]}::text[]) model on conflict do nothing`;
}

async function takeIn({ sql }: Shop, day: number): Promise<void> {
  await sql`insert into quarantine (reason, body, source, fingerprint)
    select 'price is negative', '{"type": "purchase", "price": -1}', 'api', ${day}::text || '/' || n from generate_series(1, 20) n`;
  await sql`insert into idempotency_keys (key, fingerprint, status, response)
    select ${day}::text || '/' || n, ${HASH}, 200, '{"accepted": 100, "results": []}' from generate_series(1, 200) n`;
}

/** A training: its snapshot on a grid of cut-offs, a checkpoint that nothing names afterwards, and a version, one in three good. */
async function cycle(
  { sql, store }: Shop,
  model: string,
  { day, nowMs, random }: { day: number; nowMs: number; random: Random },
): Promise<void> {
  const number = (day + 1) / 7;
  const cutoffMs = FIRST_DAY_MS + Math.floor((day - 28) / 14) * 14 * DAY_MS;
  const blocks = [];
  if (cutoffMs >= FIRST_DAY_MS) {
    const { sha256: features, rows } = await featureBlock({ sql, store }, PROTOCOL, cutoffMs);
    const labels = await labelBlock({ sql, store }, churn, PROTOCOL, { cutoffMs, features });
    blocks.push({ cutoff: new Date(cutoffMs).toISOString(), rows, features, labels });
  }
  const asOf = new Date(nowMs).toISOString();
  const id = `${model}/${day}`;
  await saveSnapshot(sql, {
    id,
    model,
    asOf,
    featureHash: "f",
    horizonDays: 28,
    eventsSeen: day,
    rows: 1,
    blocks,
  });
  await store.put(bytesOf(CHECKPOINT_BYTES, random));
  const artefact = await store.put(bytesOf(MODEL_BYTES, random));
  const isGood = number % 3 === 0;
  const state = isGood ? "deployed" : "rejected";
  const manifest = sql.json(manifestOf(id, model, asOf));
  await sql`insert into cycles (id, model, number, run_id, trigger, as_of, stage, reasons, snapshot_id, ended_at)
    values (${id}, ${model}, ${number}, 'r', 'interval', ${asOf}, 'ended', '[]', ${id}, now())`;
  await sql`insert into model_versions (model, version, cycle_id, state, artefact_sha256, manifest)
    values (${model}, ${number}, ${id}, ${state}, ${artefact}, ${manifest})`;
  if (!isGood) return;
  await sql`insert into serving_history (model, version, kind, key, by, why, as_of)
    values (${model}, ${number}, 'deploy', ${id}, 'b', 'w', ${asOf})`;
}

const bytesOf = (length: number, random: Random): Uint8Array =>
  Uint8Array.from({ length }, () => Math.floor(random() * 256));

const manifestOf = (cycleId: string, model: string, asOf: string) => {
  const rows = { rows: 1, cutoffs: [], labelledThrough: asOf };
  return {
    model,
    cycleId,
    parent: null,
    asOf,
    snapshotId: cycleId,
    snapshotHash: cycleId,
    featureHash: "f",
    codeVersion: "c",
    seed: 1,
    candidate: "linear",
    recipe: {},
    competition: [],
    curve: [],
    tested: { sha256: cycleId, ...rows },
    served: { ...rows, refitted: false },
    targetCap: null,
    baseline: 0,
    metrics: {},
  };
};

async function moveToDay(sql: Database, nowMs: number): Promise<void> {
  const [first, now] = [FIRST_DAY_MS - DAY_MS, nowMs].map((ms) => new Date(ms));
  for (const [table, column] of DATED) {
    await sql`update ${sql(table)} set ${sql(column)} = ${now} where ${sql(column)} < ${first}`;
  }
}

/** What the schedules do: the sweep, the clean-up of the day, and on the first of a month that of backups. */
async function night({ sql, store }: Shop, day: number, nowMs: number): Promise<void> {
  const clock = () => nowMs;
  await sweepFiles({ sql, store, clock, log: () => undefined });
  const every = day % 30 === 0 ? ["day", "month"] : ["day"];
  const classes = CLASSES.filter((entry) => every.includes(entry.every) && entry.name !== "files").map((
    { name },
  ) => name);
  await cleanUp({ sql, store, clock, models: MODELS, home: null }, { classes, dryRun: false });
}
