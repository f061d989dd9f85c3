/** The API on a real, fresh Postgres. Only what lies beyond it, Temporal and the model files, is stood in for. */
import { type AppOptions, createApp } from "../../src/api/app.ts";
import type { Api, ApiDeps } from "../../src/api/deps.ts";
import { ConflictError, DamagedArtefactError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/hash.ts";
import { saveKey } from "../../src/db/access/api_keys.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { addVersion } from "../../src/db/models/versions.ts";
import { endCycle, openCycle, saveChallenger, saveVerdict } from "../../src/db/cycles/cycles.ts";
import { openModelSet } from "../../src/app/registry/model_set.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import type { Manifest } from "../../src/registry/version.ts";
import type { Cycle } from "../../src/retraining/cycle.ts";
import type { Evidence } from "../../src/validation/verdict.ts";
import type { Predictor } from "../../src/serving/prediction.ts";
import type { Control } from "../../src/temporal/control.ts";
import { goodFiles } from "../db/models_support.ts";
import { bundledModels } from "../support/models.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

export const KEY = "pk_a-key-for-tests-only";
export const NOW = "2011-09-01T00:00:00.000Z";
export const pseudonym = createPseudonymizer("a secret of the tests, long enough");

/** Temporal as the API sees it: it notes what it was told, and can be down. */
export class NotingControl implements Control {
  told: unknown[][] = [];
  down = false;
  #note(...what: unknown[]): Promise<void> {
    if (this.down) return Promise.reject(new Error("14 UNAVAILABLE: connection refused to 10.0.0.7"));
    this.told.push(what);
    return Promise.resolve();
  }
  start: Control["start"] = (model, change) => this.#note("start", model, change);
  stop: Control["stop"] = (model, change) => this.#note("stop", model, change);
  force: Control["force"] = (model, change) => this.#note("force", model, change);
  checkSoon: Control["checkSoon"] = (model, change) => this.#note("check", model, change);
  configure: Control["configure"] = (model) => this.#note("configure", model);
  beginRollout: Control["beginRollout"] = (wanted) => this.#note("begin rollout", wanted);
  async lookAtRollout(id: string, look: { asOf: string; traffic: boolean }) {
    await this.#note("look at rollout", id, look);
    return { ended: false, text: "keep collecting" };
  }
  wakeRollout: Control["wakeRollout"] = (id) => this.#note("wake rollout", id);
  decided: Control["decided"] = (cycleId) => this.#note("decided", cycleId);
  startBacktest: Control["startBacktest"] = (id) => this.#note("start backtest", id);
  async cancelBacktest(id: string) {
    await this.#note("cancel backtest", id);
    return true;
  }
  startPrivacyRequest: Control["startPrivacyRequest"] = (asked) => this.#note("privacy request", asked);
  async queues() {
    await this.#note("queues");
    return [{
      name: "perennial-training",
      queue: "training" as const,
      tasks: "activity" as const,
      waiting: 2,
      pollers: 1,
    }];
  }
  reachable = () => Promise.resolve(!this.down);
}

/** Answers half of each shopper's first byte, so that a test can tell whose answer it got; knows none that begins with 0. */
export const bytePredictor: Predictor = {
  predict({ model, users, asOfMs }) {
    if (model === "spending") {
      return Promise.reject(new ConflictError(`Cannot predict "${model}": nothing serves yet`));
    }
    const predictions = [...users].reverse().map((user) => ({ user, prediction: byteAnswer(user) }));
    return Promise.resolve({
      model,
      version: 4,
      fallback: false,
      asOf: new Date(asOfMs ?? Date.parse(NOW)).toISOString(),
      predictions,
    });
  },
  predictRows({ model, users, features, asOfMs }) {
    const width = features.length / users.length;
    const predictions = users.map((user, i) => ({ user, prediction: features[i * width] }));
    const asOf = new Date(asOfMs ?? Date.parse(NOW)).toISOString();
    return Promise.resolve({ model, version: 4, fallback: false, asOf, predictions });
  },
};
export const byteAnswer = (key: string) => parseInt(key.slice(0, 2), 16) / 512;

const unasked = () => Promise.reject(new Error("nothing to compute again"));
/** No evidence is kept here: a test that explains a check brings its own. */
const nothingSealed: ApiDeps["explain"] = {
  open: (hash) => Promise.reject(new DamagedArtefactError(hash, "no such file")),
  recompute: { quality: unasked, drift: unasked, performance: unasked },
  codeVersion: "c1",
};
export interface Served {
  app: Api;
  sql: Database;
  control: NotingControl;
  logged: string[];
  /** Sends a request with the key; `body` goes as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Runs `test` with an app on a database of its own. */
export async function withApp(
  test: (served: Served) => Promise<void>,
  changed: Partial<ApiDeps> = {},
  options: AppOptions | ((deps: ApiDeps) => AppOptions) = {},
): Promise<void> {
  await using database = await migratedDatabase();
  const sql = connect(database.url, { max: 4 });
  try {
    await saveKey(sql, "owner", sha256(KEY));
    const control = new NotingControl();
    const logged: string[] = [];
    const modelSet = await openModelSet(sql, bundledModels());
    const deps: ApiDeps = {
      sql,
      control,
      pseudonym,
      predictor: bytePredictor,
      models: modelSet.inUse,
      modelSet,
      files: goodFiles,
      temporalUi: null,
      clock: () => Date.parse(NOW),
      explain: nothingSealed,
      log: (line, fields) => logged.push(fields ? `${line} ${JSON.stringify(fields)}` : line),
      ...changed,
    };
    const app = createApp(deps, typeof options === "function" ? options(deps) : options);
    const call: Served["call"] = async (method, path, body, headers = {}) =>
      await app.request(path, {
        method,
        headers: {
          Authorization: `Bearer ${KEY}`,
          ...body === undefined ? {} : { "Content-Type": "application/json" },
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    await test({ app, sql, control, logged, call });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** A manifest that its schema accepts. */
export function manifestOf(model: string, number: number): Manifest {
  const rows = { rows: 900, cutoffs: [NOW], labelledThrough: NOW };
  return {
    model,
    cycleId: `retrainer/${model}/cycle/${number}`,
    parent: number > 1 ? number - 1 : null,
    asOf: NOW,
    snapshotId: "s",
    snapshotHash: "s",
    featureHash: "f",
    codeVersion: "c",
    seed: 1,
    candidate: "linear",
    unit: "probability",
    recipe: {},
    curve: [],
    competition: [{ candidate: "linear", loss: 0.5, rows: 200 }],
    tested: { sha256: "0".repeat(64), ...rows },
    served: { ...rows, refitted: true },
    targetCap: null,
    baseline: 0.4,
    metrics: { accuracy: 0.71, logLoss: 0.52 },
  };
}

export const evidence: Evidence = {
  gate: "evidence",
  loss: "logLoss",
  against: "champion",
  championLoss: 0.5,
  challengerLoss: 0.48,
  difference: { mean: -0.02, low: -0.03, high: -0.01, n: 1204, clusters: 1100, confidence: 0.9 },
  margin: 0.01,
  threshold: 0.05,
  expected: null,
  stale: false,
  staleBecause: null,
  failing: false,
  cutoffs: [NOW],
  segments: [],
  segmentMargin: 0.1,
  championMetrics: { logLoss: 0.5 },
  challengerMetrics: { logLoss: 0.48 },
};

/** A cycle that ran to its end and, if it was deployed, serves. */
export async function addEndedCycle(
  sql: Database,
  {
    model = "churn",
    number = 1,
    outcome = "deployed" as NonNullable<Cycle["outcome"]>,
    error = null as string | null,
    trigger = "interval" as Cycle["trigger"],
  } = {},
): Promise<string> {
  const id = `retrainer/${model}/cycle/${number}`;
  const previous = number > 1 ? number - 1 : null;
  await openCycle(sql, {
    id,
    model,
    number,
    runId: `run ${number}`,
    trigger,
    requestedBy: null,
    asOf: NOW,
    reasons: [],
    champion: outcome === "deployed" ? previous : null,
  });
  const version = await addVersion(sql, {
    manifest: manifestOf(model, number),
    artefactSha256: "0".repeat(64),
  });
  await saveChallenger(sql, id, version);
  if (outcome !== "failed") {
    await saveVerdict(sql, id, outcome === "deployed" ? "promote" : "reject", evidence);
  }
  if (outcome === "deployed") {
    await moveServing(sql, {
      model,
      version,
      expected: previous,
      kind: "deploy",
      key: id,
      by: "perennial",
      why: "",
      asOf: NOW,
    });
  }
  await endCycle(sql, id, outcome, error);
  return id;
}

/** A year of events, of which only the days count. */
export async function aYear(sql: Database): Promise<void> {
  for (const [day, at] of [[15000, "2011-01-26"], [15365, "2012-01-26"]] as const) {
    await sql`insert into day_counts (day, type, events, anonymous, priced, first_at, last_at, slot)
      values (${day}, 'purchase', 7, 0, 7, ${`${at}T09:00:00Z`}, ${`${at}T10:00:00Z`}, 0)`;
  }
}
