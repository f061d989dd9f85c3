import type { Backtest } from "../../src/backtest/backtest.ts";
import { ConflictError } from "../../src/core/errors.ts";
import type { SavedStep } from "../../src/db/backtests/backtests.ts";
import { savePredictions } from "../../src/db/models/predictions.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { decodeLabels, shopperNumber } from "../../src/features/blocks.ts";
import { readFeatures } from "../../src/features/shards.ts";
import { featureBlock, labelBlock } from "../../src/app/features/blocks.ts";
import { featuresOf } from "../../src/features/set.ts";
import { guessFor, sharesOf, tellAt } from "../../src/stats/classes.ts";
import { quantile } from "../../src/stats/quantile.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { sealValue } from "../../src/registry/sealed.ts";
import { configOf, type ModelConfig } from "../../src/config/retraining.ts";
import { labelledBlocks, protocolOf } from "../../src/app/features/labelled_rows.ts";
import { scores } from "../../src/validation/compare.ts";
import { modelNamed } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import type { ScopedDeps } from "./scopes.ts";

/** Scores what a policy serves at a moment, on the population of that moment and the outcomes after it. */
export async function scoreServed(
  live: ActivityDeps,
  within: ScopedDeps,
  { backtest, model: name, asOf, live: isLive }: {
    backtest: Backtest;
    model: string;
    asOf: string;
    /** it is what serves: it answers through serving itself, and what it answers is kept */
    live: boolean;
  },
): Promise<Pick<SavedStep, "version" | "rows" | "metrics" | "predictionsSha256">> {
  const model = modelNamed(live, name);
  const config = configOf(backtest.config, name);
  const asOfMs = Date.parse(asOf);
  const [rows, known] = await Promise.all([
    testRows(live, model, config, asOfMs),
    knownBy(live, model, config, asOfMs),
  ]);
  const predict = isLive ? predictServed : predictOffline;
  const { version, predictions } = await predict(within, { model: name, asOf, rows, naive: known.naive });
  const sealed = {
    shopper: [...rows.user],
    outcome: [...rows.target],
    prediction: Array.from(predictions),
  };
  const { n: _n, ...metrics } = scores(model, rows.target, predictions, known.cap);
  return {
    version,
    rows: rows.target.length,
    metrics,
    predictionsSha256: await sealValue(live.store, sealed),
  };
}

interface TestRows {
  users: readonly string[];
  /** numbers of the shoppers */
  user: Int32Array;
  features: Float32Array;
  target: ReturnType<typeof decodeLabels>;
}

/** The population of a cut-off with the outcomes that followed it. */
export async function testRows(
  deps: ActivityDeps,
  model: ModelDefinition,
  config: ModelConfig,
  cutoffMs: number,
): Promise<TestRows> {
  const protocol = protocolOf(model, config);
  const { sha256 } = await featureBlock(deps, protocol, cutoffMs);
  const labels = await labelBlock(deps, model, protocol, { cutoffMs, features: sha256 });
  const { users, features } = await readFeatures(deps.store, sha256);
  const target = decodeLabels(await deps.store.getRows(labels));
  return { users, features, target, user: Int32Array.from(users, shopperNumber) };
}

/** The naive guess and the cap of capped errors: from all outcomes known at a moment, the same for every policy. */
async function knownBy(
  live: ActivityDeps,
  model: ModelDefinition,
  config: ModelConfig,
  asOfMs: number,
): Promise<{ naive: Guess; cap: number }> {
  const blocks = await labelledBlocks(live, model, { config, asOfMs });
  const labels = await Promise.all(
    blocks.map(async (block) => decodeLabels(await live.store.getRows(block.labels))),
  );
  const target = labels.flatMap((block) => [...block]);
  const naive = model.classes
    ? sharesOf(target, model.classes.length)
    : target.reduce((a, b) => a + b, 0) / target.length;
  return { naive, cap: model.kind === "regression" ? quantile(target, 0.99) : Infinity };
}

interface Question {
  model: string;
  asOf: string;
  rows: TestRows;
  /** the guess for everyone where nothing serves yet */
  naive: Guess;
}

/** One number, or the share of each class. */
type Guess = number | readonly number[];

interface Answer {
  /** null: the naive guess */
  version: number | null;
  predictions: ArrayLike<number>;
}

/** Returns what the serving version says, without serving. */
async function predictOffline(
  { sql, store, trainer }: ActivityDeps,
  { model, rows: { users, features }, naive }: Question,
): Promise<Answer> {
  const version = await servingVersion(sql, model);
  if (version === null) return { version, predictions: guessFor(naive, users.length) };
  const { artefactSha256 } = await getVersion(sql, model, version);
  return {
    version,
    predictions: await trainer.score(await store.get(artefactSha256), features, users.length),
  };
}

/** Returns what serving answers, which is kept as every answer is. */
async function predictServed(
  { sql, models, predictor }: ScopedDeps,
  { model, asOf, rows: { users }, naive }: Question,
): Promise<Answer> {
  try {
    const { version, predictions } = await predictor.predict({ model, users, asOfMs: Date.parse(asOf) });
    const told = predictions.flatMap((p) =>
      p.probabilities ? Object.values(p.probabilities) : p.prediction ?? naive
    );
    return { version, predictions: Float64Array.from(told) };
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error; // nothing serves yet: the naive guess stands in
    const guesses = guessFor(naive, users.length);
    const predictions = users.map((userKey, row) => ({ userKey, ...tellAt(guesses, users.length, row) }));
    const fallback = {
      version: null,
      fallback: true,
      featureHash: featuresOf(modelNamed({ models }, model)).hash,
    };
    await savePredictions(sql, { model, asOf, predictions, ...fallback });
    return { version: null, predictions: guesses };
  }
}
