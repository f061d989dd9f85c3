import { sleep } from "../../src/core/deadline.ts";
import { join } from "node:path";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { buildFeatures } from "../../src/app/features/blocks.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { configOf } from "../../src/config/retraining.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { batches, readEvents } from "../ingest/rows.ts";
import { type BenchService, BUNDLED } from "../shared/service.ts";

/** Requests are repeated after so many: more than a cache of the processor holds of them. */
const BODIES = 400;
export const BATCH = 100;
const DEADLINE_MS = 5 * 60_000;

/** What is asked, one body of a request per line; the paths of the files. */
export interface Bodies {
  readonly single: string;
  readonly batch: string;
  readonly users: string;
  /** features and our own answers, for the peer to fit its model to */
  readonly training: string;
}

/** Trains a churn model and lets it serve. @returns the recipe that won, in words */
export async function serveChurn({ client }: BenchService): Promise<string> {
  await client.force({ model: "churn", why: "the bench" });
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline;) {
    const [cycle] = (await client.history({ model: "churn", limit: 1 })).cycles;
    if (cycle?.endedAt) break;
    await sleep(200);
  }
  const { serving, versions } = await client.versions("churn");
  if (serving === null) throw new Error("Cannot measure: the forced cycle deployed no churn model");
  return versions.find(({ version }) => version === serving)!.manifest.candidate;
}

/** Writes what is asked: rows of the shop's active shoppers as they are where its data end. */
export async function writeBodies(
  { client, service: { sql } }: BenchService,
  folder: string,
): Promise<Bodies> {
  const protocol = protocolOf({}, configOf((await currentConfig(sql)).config, "churn"));
  const { features, width, users } = await buildFeatures(sql, protocol, (await eventSpan(sql))!.lastMs + 1);
  const rows = users.map((_, i) => ({
    user: `shopper ${i}`,
    features: named(features.subarray(i * width, (i + 1) * width)),
  }));
  const { predictions } = await client.predict("churn", { rows: rows.map(({ features }) => ({ features })) });
  const ids = [...new Set((await readEvents(BUNDLED, 20_000)).flatMap(({ user }) => user ?? []))].slice(
    0,
    BODIES,
  );
  await storeFeatures(sql, ids, rows.map(({ features }) => Object.values(features)));
  const write = async (name: string, bodies: readonly unknown[]) => {
    const path = join(folder, name);
    await Deno.writeTextFile(path, bodies.map((body) => JSON.stringify(body) + "\n").join(""));
    return path;
  };
  return {
    single: await write("single", rows.slice(0, BODIES).map((row) => ({ row }))),
    batch: await write(
      "batch",
      batches(rows, BATCH).filter(({ length }) => length === BATCH).map((rows) => ({ rows })),
    ),
    users: await write("users", ids.map((user) => ({ user }))),
    training: await write(
      "training",
      rows.map(({ features }, i) => ({ features, answer: predictions[i].prediction })),
    ),
  };
}

/** The peer's table of finished features, a row a shopper: each id has those of some active shopper. */
async function storeFeatures(
  sql: BenchService["service"]["sql"],
  ids: readonly string[],
  features: readonly (readonly (number | null)[])[],
): Promise<void> {
  await sql`create table bench_shopper_features (user_id text primary key, features float8[] not null)`;
  for (const [i, id] of ids.entries()) {
    const values = `{${features[i % features.length].map((value) => value ?? "NULL").join()}}`;
    await sql`insert into bench_shopper_features values (${id}, ${values}::text::float8[])`;
  }
  await sql`analyze bench_shopper_features`;
}

const named = (values: Float32Array) =>
  Object.fromEntries(FEATURES.map((name, i) => [name, Number.isFinite(values[i]) ? values[i] : null]));
