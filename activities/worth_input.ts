import { DAY_MS } from "../src/core/time.ts";
import { listVersions } from "../src/db/models/versions.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import { learnedThrough, type ModelVersion } from "../src/registry/version.ts";
import type { Findings } from "../src/retraining/findings.ts";
import { expectedDifference, type WorthInput } from "../src/retraining/worth/decide.ts";
import { levelOf, type WorthWindow } from "../src/retraining/worth/evidence.ts";
import { VERSIONS_MAX } from "../src/retraining/worth/filter.ts";
import { WORTH_PRIOR } from "../src/retraining/worth/prior.ts";
import { mean } from "../src/stats/mean.ts";
import { rowLosses } from "../src/stats/metrics.ts";
import { pairedInterval, standardError } from "../src/stats/paired.ts";
import { loadTrainingSet } from "../src/training/dataset.ts";
import { alongLine, type Line } from "../src/training/line.ts";
import { withoutLine } from "../src/training/recalibrate.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import { passChanceOf } from "../src/validation/worth_gate.ts";
import { readServing, rowsIn } from "./champion.ts";
import type { ActivityDeps } from "./deps.ts";
import { metForecasts } from "./met_forecasts.ts";
import { pricedInput } from "./price_input.ts";
import { recalibrationInput } from "./recalibration_input.ts";
import type { Scored, ScoredRows } from "./scored_version.ts";

interface Weighed {
  model: ModelDefinition;
  config: ModelConfig;
  champion: ModelVersion;
  /** labelled cut-offs, oldest first */
  blocks: readonly SnapshotBlock[];
  asOfMs: number;
  looks: Pick<Findings, "drift" | "outcomes">;
}

/**
 * Scores every stored version on every labelled cut-off that it was not trained on, and compares them pair by pair. Null
 * where nothing is labelled, or the file of what serves is gone.
 */
export async function worthInput(deps: ActivityDeps, weighed: Weighed): Promise<WorthInput | null> {
  const { model, config, champion, blocks, asOfMs } = weighed;
  if (blocks.length === 0) return null;
  const numberOf = cutoffNumbers(blocks, config);
  const scored = await scoreVersions(deps, await versionsToScore(deps, weighed), { ...weighed, numberOf });
  const serving = scored.find(({ version }) => version.id === String(champion.version));
  if (!serving) return null;
  const newest = blocks[blocks.length - 1];
  const windows = blocks.map((block) => windowOf(block, scored, numberOf(block.cutoff)));
  const first = firstAlarm(weighed);
  const alarmed = windows.map((window, i) => ({ ...window, alarm: first !== null && i === first }));
  const own = scored.map(({ version }) => version);
  const window = numberOf(new Date(asOfMs).toISOString());
  const input: WorthInput = {
    versions: own,
    windows: alarmed,
    serving: String(champion.version),
    next: { through: numberOf(newest.cutoff), rows: rowsIn(blocks) },
    window,
    price: config.training_price * levelOf(own, windows),
    priceBasis: null,
    horizon: WORTH_PRIOR.horizon,
    caution: WORTH_PRIOR.caution,
    overlap: Math.max(0, Math.ceil(config.horizon_days / config.step_days) - 1),
    passes: 1,
    recalibration: config.recalibrate
      ? recalibrationInput({ model, config, blocks, scored, serving, numberOf, window })
      : null,
    origin: blocks[0].cutoff,
    forecasts: await metForecasts(deps, { model: model.name, config, scored, asOfMs }),
    regimes: [...WORTH_PRIOR.regimes],
  };
  const passing = { ...input, passes: passesOf(input, config, model.margin) };
  return await pricedInput(deps, { model, config, scored, numberOf, input: passing });
}

/** Cut-offs counted in steps from the oldest. */
function cutoffNumbers(blocks: readonly SnapshotBlock[], { step_days: stepDays }: ModelConfig) {
  const firstMs = Date.parse(blocks[0].cutoff);
  const stepMs = stepDays * DAY_MS;
  return (cutoff: string) => Math.floor((Date.parse(cutoff) - firstMs) / stepMs + 1e-6);
}

/**
 * The one that serves and the newest others, one for each newest cut-off of training; oldest training first. A
 * recalibrated version stands where the one stands that it was made of.
 */
async function versionsToScore(
  { sql }: ActivityDeps,
  { model, champion, asOfMs }: Weighed,
): Promise<ModelVersion[]> {
  const byNewest = new Map<string, ModelVersion>();
  for (const version of await listVersions(sql, model.name)) { // newest first
    const learned = learnedThrough(version.manifest);
    const gone = version.damagedAt !== null || version.artefactRemovedAt !== null;
    if (gone || version.state === "reference" || Date.parse(version.manifest.asOf) > asOfMs) continue;
    if (version.version === champion.version || !byNewest.has(learned)) byNewest.set(learned, version);
  }
  const sorted = [...byNewest.values()].sort((a, b) =>
    learnedThrough(a.manifest) < learnedThrough(b.manifest) ? -1 : 1
  );
  const serving = sorted.findIndex(({ version }) => version === champion.version);
  const from = Math.max(0, sorted.length - VERSIONS_MAX);
  return serving < from ? [sorted[serving], ...sorted.slice(from + 1)] : sorted.slice(from);
}

type Numbered = Pick<Weighed, "model" | "config" | "blocks"> & { numberOf: (cutoff: string) => number };

/** Scores versions cut-off by cut-off, so that the features of one alone are in memory. */
async function scoreVersions(
  deps: ActivityDeps,
  versions: readonly ModelVersion[],
  { model, config, blocks, numberOf }: Numbered,
): Promise<Scored[]> {
  const { store, trainer } = deps;
  const opened = await Promise.all(
    versions.map((version) => openVersion(deps, version, { model, config, numberOf })),
  );
  const usable = opened.filter((one) => one !== null);
  for (const block of blocks) {
    const cutoffMs = Date.parse(block.cutoff);
    const unseen = usable.filter(({ manifest }) => cutoffMs >= Date.parse(learnedThrough(manifest)));
    if (unseen.length === 0) continue;
    const { rows: { features, target, user: shopper } } = await loadTrainingSet(store, [block]);
    if (target.length === 0) continue;
    for (const { artefact, line, manifest, rows } of unseen) {
      const trained = await trainer.score(artefact, features, target.length);
      const isMoved = line !== null && cutoffMs >= Date.parse(manifest.served.labelledThrough);
      const answers = isMoved ? alongLine(line, trained) : trained;
      const loss = rowLosses(model.loss, target, answers, { cap: manifest.targetCap ?? Infinity });
      rows.set(block.cutoff, { trained, answers, target, shopper, loss });
    }
  }
  return usable;
}

interface Opened extends Scored {
  readonly artefact: Uint8Array;
  readonly line: Line | null;
  readonly rows: Map<string, ScoredRows>;
}

async function openVersion(
  deps: ActivityDeps,
  stored: ModelVersion,
  { model, config, numberOf }: Pick<Numbered, "model" | "config" | "numberOf">,
): Promise<Opened | null> {
  const { version, manifest } = stored;
  const bytes = await readServing(deps, model, stored);
  if (!bytes) return null;
  const newestMs = Date.parse(learnedThrough(manifest)) - config.horizon_days * DAY_MS;
  const through = numberOf(new Date(newestMs).toISOString());
  const { artefact, line } = withoutLine(bytes);
  return {
    version: { id: String(version), through, rows: manifest.served.rows },
    manifest,
    artefact,
    line,
    rows: new Map(),
  };
}

function windowOf({ cutoff }: SnapshotBlock, scored: readonly Scored[], number: number): WorthWindow {
  const there = scored.flatMap(({ version, rows }) => {
    const found = rows.get(cutoff);
    return found ? [{ version: version.id, loss: found.loss, shopper: found.shopper }] : [];
  });
  const losses = there.map(({ version, loss }) => ({ version, loss: mean(loss) }));
  const pairs = there.flatMap((older, i) =>
    there.slice(i + 1).flatMap((newer) => {
      const interval = pairedInterval(older.loss.map((value, row) => value - newer.loss[row]), older.shopper);
      const error = standardError(interval);
      if (!Number.isFinite(error)) return [];
      return [{ older: older.version, newer: newer.version, difference: interval.mean, error }];
    })
  );
  return { number, losses, pairs, alarm: false };
}

/** The place of the first labelled cut-off that an alarm is about; null: none sounded, or its outcomes are not in. */
function firstAlarm({ blocks, looks: { drift, outcomes } }: Weighed): number | null {
  if (outcomes?.answer === "fell") return blocks.length - 1;
  if (drift?.answer !== "drifted" || drift.since === null) return null;
  const since = Date.parse(drift.since);
  const place = blocks.findIndex(({ cutoff }) => Date.parse(cutoff) >= since);
  return place < 0 ? null : place;
}

/** Chance that the gate lets a version trained now through, by its forecast and the errors of earlier comparisons. */
function passesOf(input: WorthInput, { gate, confidence, margin }: ModelConfig, modelMargin: number): number {
  const expected = expectedDifference(input);
  const level = levelOf(input.versions, input.windows);
  const errors = input.windows.flatMap(({ pairs }) => pairs.map(({ error }) => error)).sort((a, b) => a - b);
  if (!expected || errors.length === 0) return 1;
  return passChanceOf(gate, expected, {
    error: errors[errors.length >> 1],
    margin: (margin ?? modelMargin) * level,
    confidence,
  });
}
