import { DAY_MS } from "../core/time.ts";
import { appearances } from "../core/appearance.ts";
import { mix32 } from "../core/random.ts";
import type { SplitSummary } from "./protocol.ts";
import type { TrainingRows } from "./rows.ts";

/** Places of the rows that fit and of those that validate. */
export interface Split {
  readonly fit: Int32Array;
  readonly validation: Int32Array;
  readonly summary: SplitSummary;
}

/** Fewer rows than this on either side say nothing. */
const LEAST_ROWS = 20;
/** Share of the cut-offs that validates, and share of the shoppers where time cannot be split. */
const VALIDATION_SHARE = 0.2;
/** The rows that fit must be at least this share of all. */
const LEAST_FIT_SHARE = 0.3;

/**
 * Divides rows so that the newest cut-offs validate what older ones fit. A row's outcome is complete at
 * `cutoff + horizon`: rows whose outcome window reaches past the first validation cut-off are left out.
 * With too few cut-offs for that, shoppers are divided by a hash instead, and the summary says so.
 */
export function splitRows(rows: TrainingRows, horizonDays: number): Split {
  const cutoffs = [...new Set(rows.cutoffMs)].sort((a, b) => a - b);
  const most = Math.max(1, Math.floor(cutoffs.length * VALIDATION_SHARE));
  for (let count = most; count >= 1; count--) {
    const split = splitByTime(rows, cutoffs[cutoffs.length - count], horizonDays);
    const enough = count === 1 ? LEAST_ROWS : LEAST_FIT_SHARE * rows.target.length;
    if (
      split.fit.length >= enough && split.fit.length >= LEAST_ROWS && split.validation.length >= LEAST_ROWS
    ) {
      return split;
    }
  }
  return splitByUser(rows, cutoffs.length);
}

function splitByTime(rows: TrainingRows, validationMs: number, horizonDays: number): Split {
  const fit: number[] = [];
  const validation: number[] = [];
  for (let i = 0; i < rows.target.length; i++) {
    if (rows.cutoffMs[i] >= validationMs) validation.push(i);
    else if (rows.cutoffMs[i] + horizonDays * DAY_MS <= validationMs) fit.push(i);
  }
  return divided(rows, "time", fit, validation, "the newest cut-offs validate");
}

function splitByUser(rows: TrainingRows, cutoffs: number): Split {
  const n = rows.target.length;
  const fit: number[] = [];
  const validation: number[] = [];
  const isHeld = (shopper: number) => mix32(shopper ^ 0x5bd1e995) / 2 ** 32 < VALIDATION_SHARE;
  appearances(rows.user).forEach((shopper, i) => (isHeld(shopper) ? validation : fit).push(i));
  if (fit.length >= LEAST_ROWS && validation.length >= LEAST_ROWS) {
    const why =
      `${cutoffs} cut-offs cannot be divided by time with complete outcomes: shoppers divided by hash`;
    return divided(rows, "user", fit, validation, why);
  }
  const all = Int32Array.from({ length: n }, (_, i) => i);
  return divided(
    rows,
    "none",
    all,
    all,
    `${n} rows are too few to divide: fitted and compared on the same rows`,
  );
}

function divided(
  rows: TrainingRows,
  by: SplitSummary["by"],
  fit: ArrayLike<number>,
  validation: ArrayLike<number>,
  why: string,
): Split {
  const embargoedRows = by === "time" ? rows.target.length - fit.length - validation.length : 0;
  const summary = { by, fitRows: fit.length, validationRows: validation.length, embargoedRows, why };
  return { fit: Int32Array.from(fit), validation: Int32Array.from(validation), summary };
}
