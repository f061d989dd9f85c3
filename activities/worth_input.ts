import { DAY_MS } from "../src/core/time.ts";
import { listVersions } from "../src/db/models/versions.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { ModelVersion } from "../src/registry/version.ts";
import type { Findings } from "../src/retraining/findings.ts";
import { expectedDifference, type WorthInput } from "../src/retraining/worth/decide.ts";
import { levelOf, type WorthVersion, type WorthWindow } from "../src/retraining/worth/evidence.ts";
import { VERSIONS_MAX } from "../src/retraining/worth/filter.ts";
import { WORTH_PRIOR } from "../src/retraining/worth/prior.ts";
import { rowLosses } from "../src/stats/metrics.ts";
import { pairedInterval, standardError } from "../src/stats/paired.ts";
import { loadRows } from "../src/training/dataset.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import { passChanceOf } from "../src/validation/worth_gate.ts";
import { readIfIntact, rowsIn } from "./champion.ts";
import type { ActivityDeps } from "./deps.ts";

interface Weighed {
  model: ModelDefinition;
  config: ModelConfig;
  champion: ModelVersion;
  /** labelled cut-offs, oldest first */
  blocks: readonly SnapshotBlock[];
  asOfMs: number;
  looks: Pick<Findings, "drift" | "outcomes">;
}

/** A version with its losses on rows that it was not trained on, by cut-off. */
interface Scored {
  readonly version: WorthVersion;
  readonly losses: ReadonlyMap<string, { loss: Float64Array; shopper: Int32Array }>;
}

/**
 * Scores every stored version on every labelled cut-off that it was not trained on, and compares them pair by pair. Null
 * where nothing is labelled, or the file of what serves is gone.
 */
export async function worthInput(deps: ActivityDeps, weighed: Weighed): Promise<WorthInput | null> {
  const { model, config, champion, blocks, asOfMs } = weighed;
  if (blocks.length === 0) return null;
  const numberOf = cutoffNumbers(blocks, config);
  const versions = await versionsToScore(deps, weighed);
  const scored: Scored[] = [];
  for (const version of versions) {
    const one = await scoreVersion(deps, version, { model, config, blocks, numberOf });
    if (one) scored.push(one);
  }
  if (!scored.some(({ version }) => version.id === String(champion.version))) return null;
  const newest = blocks[blocks.length - 1];
  const windows = blocks.map((block) => windowOf(block, scored, numberOf(block.cutoff)));
  const first = firstAlarm(weighed);
  const alarmed = windows.map((window, i) => ({ ...window, alarm: first !== null && i === first }));
  const own = scored.map(({ version }) => version);
  const input: WorthInput = {
    versions: own,
    windows: alarmed,
    serving: String(champion.version),
    next: { through: numberOf(newest.cutoff), rows: rowsIn(blocks) },
    window: numberOf(new Date(asOfMs).toISOString()),
    price: config.training_price * levelOf(own, windows),
    horizon: WORTH_PRIOR.horizon,
    caution: WORTH_PRIOR.caution,
    overlap: Math.max(0, Math.ceil(config.horizon_days / config.step_days) - 1),
    passes: 1,
    regimes: [...WORTH_PRIOR.regimes],
  };
  return { ...input, passes: passesOf(input, config, model.margin) };
}

/** Cut-offs counted in steps from the oldest. */
function cutoffNumbers(blocks: readonly SnapshotBlock[], { step_days: stepDays }: ModelConfig) {
  const firstMs = Date.parse(blocks[0].cutoff);
  const stepMs = stepDays * DAY_MS;
  return (cutoff: string) => Math.floor((Date.parse(cutoff) - firstMs) / stepMs + 1e-6);
}

/** The one that serves and the newest others, one for each newest cut-off of training; oldest training first. */
async function versionsToScore(
  { sql }: ActivityDeps,
  { model, champion, asOfMs }: Weighed,
): Promise<ModelVersion[]> {
  const byNewest = new Map<string, ModelVersion>();
  for (const version of await listVersions(sql, model.name)) { // newest first
    const { labelledThrough } = version.manifest.served;
    const gone = version.damagedAt !== null || version.artefactRemovedAt !== null;
    if (gone || version.state === "reference" || Date.parse(version.manifest.asOf) > asOfMs) continue;
    if (version.version === champion.version || !byNewest.has(labelledThrough)) {
      byNewest.set(labelledThrough, version);
    }
  }
  const sorted = [...byNewest.values()].sort((a, b) =>
    a.manifest.served.labelledThrough < b.manifest.served.labelledThrough ? -1 : 1
  );
  const serving = sorted.findIndex(({ version }) => version === champion.version);
  const from = Math.max(0, sorted.length - VERSIONS_MAX);
  return serving < from ? [sorted[serving], ...sorted.slice(from + 1)] : sorted.slice(from);
}

async function scoreVersion(
  { store, trainer }: ActivityDeps,
  { version, artefactSha256, manifest: { served, targetCap } }: ModelVersion,
  { model, config, blocks, numberOf }: Pick<Weighed, "model" | "config" | "blocks"> & {
    numberOf: (cutoff: string) => number;
  },
): Promise<Scored | null> {
  const artefact = await readIfIntact(store.get(artefactSha256));
  if (!artefact) return null;
  const newestMs = Date.parse(served.labelledThrough) - config.horizon_days * DAY_MS;
  const through = numberOf(new Date(newestMs).toISOString());
  const unseen = blocks.filter(({ cutoff }) => Date.parse(cutoff) >= Date.parse(served.labelledThrough));
  const losses = new Map<string, { loss: Float64Array; shopper: Int32Array }>();
  if (unseen.length > 0) {
    const rows = await loadRows(store, unseen);
    const { target, user, cutoffMs } = rows;
    const predictions = await trainer.score(artefact, rows.features, target.length);
    const all = rowLosses(model.loss, target, predictions, { cap: targetCap ?? Infinity });
    for (const { cutoff } of unseen) {
      const places = [...cutoffMs.keys()].filter((i) => cutoffMs[i] === Date.parse(cutoff));
      losses.set(cutoff, {
        loss: Float64Array.from(places, (i) => all[i]),
        shopper: Int32Array.from(places, (i) => user[i]),
      });
    }
  }
  return { version: { id: String(version), through, rows: served.rows }, losses };
}

function windowOf({ cutoff }: SnapshotBlock, scored: readonly Scored[], number: number): WorthWindow {
  const there = scored.flatMap(({ version, losses }) => {
    const rows = losses.get(cutoff);
    return rows && rows.loss.length > 0 ? [{ version: version.id, ...rows }] : [];
  });
  const losses = there.map(({ version, loss }) => ({
    version,
    loss: loss.reduce((a, b) => a + b, 0) / loss.length,
  }));
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
