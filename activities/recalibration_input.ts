import { DAY_MS } from "../src/core/time.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import { learnedThrough } from "../src/registry/version.ts";
import { RECALIBRATION_SHARE, type RecalibrationInput } from "../src/retraining/worth/recalibration.ts";
import { mean } from "../src/stats/mean.ts";
import { rowLosses } from "../src/stats/metrics.ts";
import { alongLine, fitLine, type LineFit, lineText } from "../src/training/line.ts";
import { hasLine, lineCap, recalibrationBlocks } from "../src/training/recalibrate.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import type { Scored } from "./scored_version.ts";

interface Recalibrated {
  model: ModelDefinition;
  config: ModelConfig;
  /** labelled cut-offs, oldest first */
  blocks: readonly SnapshotBlock[];
  scored: readonly Scored[];
  /** the one of them that serves */
  serving: Scored;
  numberOf: (cutoff: string) => number;
  /** number of the first cut-off that would be served */
  window: number;
}

/**
 * Returns what recalibrating would have saved at each labelled cut-off, with the outcomes known there, over the stored
 * versions that were no older than the one that serves is now; and whether it can be recalibrated now.
 */
export function recalibrationInput(weighed: Recalibrated): RecalibrationInput {
  const { config, blocks, serving, numberOf, window } = weighed;
  const seenMs = Date.parse(serving.manifest.served.labelledThrough);
  const newest = recalibrationBlocks(blocks, { seenMs, rowsWanted: config.validation_rows });
  const now = lineOn(newest, serving, weighed);
  const windows = blocks.flatMap(({ cutoff }) => {
    const found = savedAt(cutoff, weighed);
    if (found.length === 0) return [];
    const aged = found.flatMap(({ aged }) => aged ?? []);
    return [{
      number: numberOf(cutoff),
      saved: mean(found.map(({ saved }) => saved)),
      aged: aged.length > 0 ? mean(aged) : null,
    }];
  });
  const line = { age: hasLine(serving.manifest) ? window - numberOf(serving.manifest.asOf) : null };
  const text = now.kind === "not enough" ? now.text : `${lineText(now.line)} on ${now.rows} rows`;
  return { possible: now.kind === "fitted", text, share: RECALIBRATION_SHARE, windows, line };
}

/**
 * What a line would have saved at a cut-off beside none, and how much less one of the cut-off before, of each version that
 * was old enough for it and not too old.
 */
function savedAt(cutoff: string, weighed: Recalibrated): { saved: number; aged: number | null }[] {
  const { model, blocks, scored, serving, numberOf, window } = weighed;
  const ageMax = window - serving.version.through;
  return scored.flatMap((one) => {
    const rows = one.rows.get(cutoff);
    if (!rows || numberOf(cutoff) - one.version.through > ageMax) return [];
    const cap = one.manifest.targetCap ?? Infinity;
    const lossOf = (answers: Float32Array) => mean(rowLosses(model.loss, rows.target, answers, { cap }));
    const lossAlong = (known: readonly SnapshotBlock[]) => {
      const fit = lineOn(known, one, weighed);
      return fit.kind === "fitted" ? lossOf(alongLine(fit.line, rows.trained)) : null;
    };
    const renewed = lossAlong(knownAt(cutoff, one, weighed));
    if (renewed === null) return [];
    const before = blocks.findLast((block) => block.cutoff < cutoff);
    const older = before ? lossAlong(knownAt(before.cutoff, one, weighed)) : null;
    return [{ saved: lossOf(rows.trained) - renewed, aged: older === null ? null : older - renewed }];
  });
}

/** The cut-offs that a version could have been recalibrated on at a cut-off: their outcomes were complete by then. */
function knownAt(cutoff: string, { manifest }: Scored, { config, blocks }: Recalibrated): SnapshotBlock[] {
  const atMs = Date.parse(cutoff);
  const known = blocks.filter((block) => Date.parse(block.cutoff) + config.horizon_days * DAY_MS <= atMs);
  const seenMs = Date.parse(learnedThrough(manifest));
  return recalibrationBlocks(known, { seenMs, rowsWanted: config.validation_rows });
}

function lineOn(blocks: readonly SnapshotBlock[], one: Scored, { model }: Recalibrated): LineFit {
  const parts = blocks.flatMap(({ cutoff }) => one.rows.get(cutoff) ?? []);
  const predictions = parts.flatMap(({ trained }) => [...trained]);
  const outcomes = parts.flatMap(({ target }) => [...target]);
  return fitLine(model.kind, predictions, outcomes, { cap: lineCap(model.kind, one.manifest.targetCap) });
}
