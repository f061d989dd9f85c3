import { join } from "node:path";
import { createApp } from "../../src/api/app.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import { serveApi } from "../../src/api/serve.ts";
import { openModelSet } from "../../src/app/registry/model_set.ts";
import { createVersionFiles } from "../../src/app/registry/version_files.ts";
import { systemClock } from "../../src/core/clock.ts";
import { sha256 } from "../../src/core/hash.ts";
import { saveKey } from "../../src/db/access/api_keys.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { addVersion } from "../../src/db/models/versions.ts";
import { featuresOf } from "../../src/features/set.ts";
import { defineModel, type ModelDefinition } from "../../src/models/model.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { openServing } from "../../src/serving/open.ts";
import { encodeArtifact } from "../../src/training/artifact.ts";

export const API_KEY = "pk_a-key-of-the-bench";

const visits = (name: string, features: readonly string[]): ModelDefinition =>
  defineModel({
    name,
    kind: "regression",
    question: "How often did this visitor look at something?",
    unit: "views",
    features,
    activity: "any",
    primaryMetric: "mae",
    loss: "mse",
    metrics: ["mae", "mse"],
    label: () => 0,
    network: "none: it answers with one of its features",
    candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
  });

/** A model that answers with the views of the newest session, and one that knows no session. */
export const VISITS = visits("visits", ["session"]);
export const PLAIN = visits("plain", ["views_7"]);

/** A shop on a database of its own, with an API that serves both models. */
export interface Shop {
  readonly url: string;
  readonly sql: Database;
  stop(): Promise<void>;
}

export async function openShop(databaseUrl: string, folder: string): Promise<Shop> {
  const sql = connect(databaseUrl);
  await migrate(sql);
  await saveKey(sql, "owner", sha256(API_KEY));
  const store = fileArtefacts(join(folder, "artefacts"));
  const models = new Map([VISITS, PLAIN].map((model) => [model.name, model]));
  await serveVersion(sql, VISITS, await store.put(artefactOf(VISITS, "session_views")));
  await serveVersion(sql, PLAIN, await store.put(artefactOf(PLAIN, "views_7")));
  const log = () => undefined;
  const serving = await openServing({ sql, store, models, clock: systemClock, log });
  const app = createApp({
    sql,
    clock: systemClock,
    pseudonym: createPseudonymizer("a secret of the bench, long enough"),
    control: {} as ApiDeps["control"], // no cycle runs here
    predictor: serving.predictor,
    models,
    modelSet: await openModelSet(sql, models),
    files: createVersionFiles({ sql, store, clock: systemClock }),
    log,
    explain: {} as ApiDeps["explain"],
    temporalUi: null,
  });
  const server = serveApi(app, { host: "127.0.0.1", port: 0 });
  return {
    url: server.url,
    sql,
    async stop() {
      await server.stop();
      await serving.close();
      await sql.end();
    },
  };
}

/** An artefact that answers with the value of one feature. */
function artefactOf(model: ModelDefinition, feature: string): Uint8Array {
  const { names, places, hash } = featuresOf(model);
  return encodeArtifact({
    model: model.name,
    kind: model.kind,
    features: names,
    featureHash: hash,
    horizonDays: 28,
    preprocessings: [{ columns: [{ of: places.get(feature)!, as: "raw", mean: 0, scale: 1 }] }],
    parts: [{
      role: "value",
      preprocessing: 0,
      link: "identity",
      scale: 1,
      min: -Infinity,
      max: Infinity,
      network: { inputs: 1, hidden: [], weights: Float32Array.of(1, 0) },
    }],
    formula: { op: "part", part: 0 },
    recipe: { recipe: model.candidates[0] as never },
    seed: 1,
    newestCutoffMs: 0,
    rows: 1,
    cap: 1000,
  });
}

async function serveVersion(sql: Database, model: ModelDefinition, artefactSha256: string): Promise<void> {
  const asOf = new Date().toISOString();
  const rows = { rows: 1, cutoffs: [asOf], labelledThrough: asOf };
  const cycleId = `retrainer/${model.name}/cycle/1`;
  const version = await addVersion(sql, {
    artefactSha256,
    manifest: {
      model: model.name,
      cycleId,
      parent: null,
      asOf,
      snapshotId: "none",
      snapshotHash: "none",
      featureHash: featuresOf(model).hash,
      codeVersion: "bench",
      seed: 1,
      candidate: "linear",
      recipe: {},
      competition: [],
      curve: [],
      tested: { sha256: artefactSha256, ...rows },
      served: { ...rows, refitted: false },
      targetCap: null,
      unit: model.unit,
      baseline: 0,
      metrics: {},
    },
  });
  const by = { key: cycleId, by: "the bench", why: "to measure", asOf };
  await moveServing(sql, { model: model.name, version, expected: null, kind: "deploy", ...by });
}
