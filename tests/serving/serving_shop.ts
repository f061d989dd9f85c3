import { join } from "node:path";
import { createVersionFiles } from "../../src/app/registry/version_files.ts";
import { createApp } from "../../src/api/app.ts";
import { openModelSet } from "../../src/app/registry/model_set.ts";
import type { Api, ApiDeps } from "../../src/api/deps.ts";
import { sha256 } from "../../src/core/hash.ts";
import { saveKey } from "../../src/db/access/api_keys.ts";
import { type Database, inTransaction } from "../../src/db/connect.ts";
import { lockServing, moveServing, type ServingArm, shareServing } from "../../src/db/models/serving.ts";
import { addVersion } from "../../src/db/models/versions.ts";
import { FEATURES } from "../../src/features/definition.ts";
import churn from "../../src/models/churn.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import type { Predictions } from "../../src/serving/prediction.ts";
import { openServing } from "../../src/serving/open.ts";
import { addServingMinutes, type ServingMinute } from "../../src/db/models/serving_minutes.ts";
import { createMetricsRecorder } from "../../src/serving/metrics_recorder.ts";
import { withDatabase } from "../db/database.ts";
import { aManifest, AS_OF, deployment } from "../db/models_support.ts";
import { KEY, NotingControl, pseudonym } from "../api/support.ts";

export const NOW_MS = Date.UTC(2024, 4, 10);

/** A shop that serves over HTTP as `up` does, on a real database. */
export interface ServingShop {
  sql: Database;
  app: Api;
  /** stores what is not stored yet, as a graceful stop does; it still answers */
  close(): Promise<void>;
  logged: string[];
  /** registers these bytes as the next version, and lets it serve unless told not to */
  deploy(bytes: Uint8Array, options?: { serve?: boolean }): Promise<number>;
  /** gives arms of a rollout their shares beside the champion that serves */
  share(arms: ServingArm[]): Promise<void>;
  /** the file of a version */
  pathOf(version: number): Promise<string>;
  send(body: unknown): Promise<Response>;
  predict(body: unknown): Promise<Predictions>;
}

/** Runs `work` in a shop. */
export function inServingShop(work: (shop: ServingShop) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    const logged: string[] = [];
    await saveKey(sql, "owner", sha256(KEY));
    const models = new Map([["churn", churn]]);
    const clock = () => NOW_MS;
    const log = (line: string) => void logged.push(line);
    const write = (minutes: readonly ServingMinute[]) => addServingMinutes(sql, minutes);
    const metrics = createMetricsRecorder({ clock, process: "a test", write, log });
    const serving = await openServing({ sql, store, models, clock, metrics, log });
    const app = createApp({
      sql,
      clock,
      pseudonym,
      control: new NotingControl(),
      predictor: serving.predictor,
      models,
      modelSet: await openModelSet(sql, models),
      files: createVersionFiles({ sql, store, clock }),
      log,
      explain: {} as ApiDeps["explain"],
      temporalUi: null, // no test here explains anything
    });
    let champion: number | null = null;
    const send = async (body: unknown) =>
      await app.request("/predictions/churn", {
        method: "POST",
        headers: { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    try {
      await work({
        sql,
        app,
        logged,
        send,
        async close() {
          await serving.close();
          await metrics.close();
        },
        async deploy(bytes, { serve = true } = {}) {
          const manifest = aManifest({ cycleId: crypto.randomUUID() });
          const version = await addVersion(sql, { manifest, artefactSha256: await store.put(bytes) });
          if (!serve) return version;
          await moveServing(sql, deployment(version, champion, { key: manifest.cycleId }));
          return champion = version;
        },
        share: (arms) =>
          inTransaction(sql, async (tx) => {
            await lockServing(tx, "churn");
            const about = { model: "churn", champion: champion!, rollout: "rollout/churn/v2" };
            const by = { key: crypto.randomUUID(), by: "a test", why: "to see", asOf: AS_OF };
            await shareServing(tx, { ...about, ...by, arms });
          }),
        async pathOf(version) {
          const [row] =
            await sql`select artefact_sha256 as hash from model_versions where version = ${version}`;
          return join(folder, row.hash.slice(0, 2), row.hash);
        },
        async predict(body) {
          const response = await send(body);
          if (response.status !== 200) throw new Error(await response.text());
          return await response.json();
        },
      });
    } finally {
      await serving.close();
      await metrics.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** A row whose recency is `days`, and of which nothing else is known. */
export const row = (days: number, user?: string) => ({
  ...user === undefined ? {} : { user },
  features: Object.fromEntries(FEATURES.map((name) => [name, name === "recency" ? days : null])),
});

/** Looks again and again until it is so. @throws {Error} it is not so within a minute */
export async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (performance.now() - started < 60_000) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error("It is not so within a minute");
}
