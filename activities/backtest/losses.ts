/** What versions lose on a backtest's moments, each trained at one of them: for policies that decide on losses. */
import { Context } from "@temporalio/activity";
import type { Backtest } from "../../src/backtest/backtest.ts";
import type { LossView, Version } from "../../src/backtest/losses/view.ts";
import { labelledBlocks } from "../../src/app/features/labelled_rows.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { canonicalJson, sha256 } from "../../src/core/hash.ts";
import { DAY_MS } from "../../src/core/time.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { mean } from "../../src/stats/mean.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import { rowsIn } from "../champion.ts";
import { beat } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { fitReference } from "../train.ts";
import { testRows } from "./score.ts";

/** A version with what it loses on each moment from its own on. */
interface Losses extends Version {
  readonly loss: readonly number[];
}

/** What is known so far of one model in one backtest. Filled moment by moment; policies that ask for the same share it. */
interface LossBook {
  readonly versions: Map<number, Promise<Losses | null>>;
  readonly inputs: Map<number, Promise<Float64Array>>;
}

/** Books of the backtests that run; made anew after a restart, from trainings that were kept. */
export type LossBooks = Map<string, LossBook>;

/** As many backtests as this are remembered: one runs at a time, with some models. */
const BOOKS_MAX = 8;

/**
 * Returns the losses up to a moment: of versions trained at each moment until then, on all moments until then; `known`
 * says from when on they may be looked at. Where all are asked for, up to the last moment.
 */
export async function lossView(
  deps: ActivityDeps,
  books: LossBooks,
  { backtest, model, config, moment }: Omit<AtMoment, "t"> & { moment: number },
): Promise<LossView> {
  const book = bookOf(books, sha256(canonicalJson([backtest.id, model.name, config])));
  const start = backtest.moments.indexOf(backtest.scoredFrom[model.name]);
  const versions: (Losses | null)[] = [];
  const inputs: Float64Array[] = [];
  for (let t = 0; t <= moment; t++) { // one after the other: trainings keep every core busy
    const train = () => trained(deps, { backtest, model, config, t });
    versions.push(t < start ? null : await remembered(book.versions, t, train));
    inputs.push(await remembered(book.inputs, t, () => middleOf(deps, { backtest, model, config, t })));
    beat(Context.current(), { moment: t, of: moment });
  }
  const loss = (t: number, j: number) => versions[t]?.loss[j] ?? NaN;
  return {
    start,
    blocks: moment + 1,
    knownAt: (j) => knownAt(backtest, config, j),
    version: (t) => versions[t] ?? null,
    loss,
    seen: loss,
    pairSe: () => NaN,
    recalibrated: () => NaN,
    shift: (a, b) => shiftOf(inputs, a, b),
  };
}

function bookOf(books: LossBooks, key: string): LossBook {
  const known = books.get(key);
  if (known) return known;
  const book: LossBook = { versions: new Map(), inputs: new Map() };
  books.set(key, book);
  const [oldest] = books.keys();
  if (books.size > BOOKS_MAX) books.delete(oldest);
  return book;
}

/** Computes once; what failed is tried again by whoever asks next. */
async function remembered<T>(
  known: Map<number, Promise<T>>,
  key: number,
  make: () => Promise<T>,
): Promise<T> {
  const found = known.get(key);
  if (found) return await found;
  const made = make();
  known.set(key, made);
  try {
    return await made;
  } catch (error) {
    known.delete(key);
    throw error;
  }
}

interface AtMoment {
  backtest: Backtest;
  model: ModelDefinition;
  config: ModelConfig;
  t: number;
}

const momentMs = ({ moments }: Backtest, t: number) => Date.parse(moments[t]);

/** The first moment by which the outcomes of moment `j` are complete. */
function knownAt(backtest: Backtest, { horizon_days: days }: ModelConfig, j: number): number {
  const completeMs = momentMs(backtest, j) + days * DAY_MS;
  const first = backtest.moments.findIndex((moment) => Date.parse(moment) >= completeMs);
  return first < 0 ? Infinity : first;
}

/** Trains at a moment on all that is labelled, and scores it on every moment from then on. Null: too little is labelled. */
async function trained(deps: ActivityDeps, { backtest, model, config, t }: AtMoment): Promise<Losses | null> {
  const asOf = backtest.moments[t];
  const blocks = await labelledBlocks(deps, model, { config, asOfMs: Date.parse(asOf) });
  if (blocks.length < config.min_train_cutoffs) return null;
  const cycleId = `backtest/${backtest.id}/losses/${model.name}/${t}`;
  const { manifest, artefactSha256 } = await fitReference(deps, { cycleId, model, config, blocks, asOf });
  const artefact = await deps.store.get(artefactSha256);
  const newestMs = Date.parse(blocks[blocks.length - 1].cutoff);
  const through = backtest.moments.findLastIndex((moment) => Date.parse(moment) <= newestMs);
  const loss: number[] = [];
  for (let j = through + 1; j < backtest.moments.length; j++) {
    const { features, target } = await testRows(deps, model, config, momentMs(backtest, j));
    const predictions = await deps.trainer.score(artefact, features, target.length);
    const cap = manifest.targetCap ?? Infinity;
    loss[j] = mean(rowLosses(model.loss, target, predictions, { cap }), { empty: NaN });
  }
  return { at: t, through, rows: rowsIn(blocks), loss };
}

/** The mean of each feature at a moment, on signed logarithms; what is missing counts for nothing. */
async function middleOf(
  deps: ActivityDeps,
  { backtest, model, config, t }: AtMoment,
): Promise<Float64Array> {
  const { features, users } = await testRows(deps, model, config, momentMs(backtest, t));
  const width = features.length / Math.max(1, users.length);
  const sums = new Float64Array(width);
  const counts = new Float64Array(width);
  for (let i = 0; i < features.length; i++) {
    const value = features[i];
    if (!Number.isFinite(value)) continue;
    sums[i % width] += Math.sign(value) * Math.log1p(Math.abs(value));
    counts[i % width]++;
  }
  return sums.map((sum, a) => sum / Math.max(1, counts[a]));
}

/** Mean distance of two moments' features, in units of how much each moves over all moments so far. */
function shiftOf(inputs: readonly Float64Array[], a: number, b: number): number {
  const [first, second] = [inputs[a], inputs[b]];
  if (!first || !second) return NaN;
  const spreads = Array.from(first, (_, f) => {
    const values = inputs.map((middle) => middle[f]);
    const center = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
  });
  const distances = spreads.map((spread, f) => spread > 1e-9 ? Math.abs(first[f] - second[f]) / spread : 0);
  return mean(distances);
}
