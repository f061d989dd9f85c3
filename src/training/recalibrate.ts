/** Recalibration of an artefact: a line behind its formula, nothing else is learned anew. */
import type { ModelKind } from "../models/model.ts";
import { decodeArtifact, encodeArtifact, type Formula } from "./artifact.ts";
import { type Line, LINE_ROWS_MIN } from "./line.ts";
import type { SnapshotBlock } from "./snapshot.ts";
import type { Manifest } from "../registry/version.ts";

/** Newest cut-offs that a line is fitted on at most: older ones say less about now. */
const CUTOFFS_MAX = 4;

/** Splits an artefact into the one without a line, and the line that it has. */
export function withoutLine(artefact: Uint8Array): { artefact: Uint8Array; line: Line | null } {
  const predictor = decodeArtifact(artefact);
  const { formula } = predictor;
  if (formula.op !== "line") return { artefact, line: null };
  return { artefact: encodeArtifact({ ...predictor, formula: formula.of }), line: formula.line };
}

/** The same artefact with this line in place of any other. @param newestCutoffMs of the rows that the line was fitted on */
export function withLine(
  artefact: Uint8Array,
  line: Line,
  { newestCutoffMs }: { newestCutoffMs: number },
): Uint8Array {
  const predictor = decodeArtifact(artefact);
  return encodeArtifact({
    ...predictor,
    newestCutoffMs: Math.max(predictor.newestCutoffMs, newestCutoffMs),
    formula: { op: "line", of: formulaWithoutLine(predictor.formula), line },
  });
}

/** The line that changes nothing: what a version has whose line was taken off. */
export const noLine = (kind: ModelKind): Line => ({
  on: kind === "classification" ? "logit" : "value",
  intercept: 0,
  slope: 1,
});

/** Whether what a version answers was moved along a line that changes something. */
export const hasLine = ({ recalibrated }: Pick<Manifest, "recalibrated">): boolean =>
  !!recalibrated && (recalibrated.intercept !== 0 || recalibrated.slope !== 1);

/** The formula of what was trained. */
export const formulaWithoutLine = (formula: Formula): Formula => formula.op === "line" ? formula.of : formula;

/**
 * The newest labelled cut-offs that a version has not seen, as many as make up the rows wanted, four at most: what its
 * line is fitted and tested on.
 * @param blocks labelled, oldest first   @param seenMs end of the newest outcome that the version was trained on
 * @returns none where they hold too few rows
 */
export function recalibrationBlocks<Block extends Pick<SnapshotBlock, "cutoff" | "rows">>(
  blocks: readonly Block[],
  { seenMs, rowsWanted }: { seenMs: number; rowsWanted: number },
): Block[] {
  const unseen = blocks.filter(({ cutoff }) => Date.parse(cutoff) >= seenMs);
  const newest: Block[] = [];
  let rows = 0;
  while (unseen.length > 0 && newest.length < CUTOFFS_MAX && rows < rowsWanted) {
    const block = unseen.pop()!;
    newest.unshift(block);
    rows += block.rows;
  }
  return rows < LINE_ROWS_MIN ? [] : newest;
}

/** The cap of what a line is fitted on: a loss that caps what it compares is lowered by a line fitted so. */
export const lineCap = (kind: ModelKind, targetCap: number | null): number =>
  kind === "regression" ? targetCap ?? Infinity : Infinity;
