import { InsufficientDataError } from "../core/errors.ts";
import type { Table } from "../drift/table.ts";
import { shopperNumber } from "../features/blocks.ts";
import type { Columns } from "../features/shards.ts";
import { count } from "../format/numbers.ts";
import { type DriftEvidence, driftReport, noDriftReport } from "./drift.ts";
import type { DriftReport } from "../drift/report.ts";
import { columnValues, DRIFT_ROWS_MAX, readWatched } from "./watched.ts";
import { wobble } from "./wobble.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";
import type { DriftWorkerPool } from "../threads/drift_worker_pool.ts";

/**
 * Compares the sealed rows that the evidence names; the same evidence gives the same report.
 * @throws {ArtefactError} the rows are gone
 */
export async function recomputeDrift(
  { store, driftWorkers }: { store: ArtefactStore; driftWorkers: DriftWorkerPool },
  evidence: DriftEvidence,
): Promise<DriftReport> {
  const { watched, alpha, alphaTogether, seed } = evidence;
  const read = (sha256: string) => readWatched(store, sha256, { watched, rowsMax: DRIFT_ROWS_MAX });
  const reference = await Promise.all(evidence.reference.blocks.map(read));
  const current = await read(evidence.current.block);
  const clusters = { reference: shoppersOf(reference), current: shoppersOf([current]) };
  const options = { alpha, alphaTogether, seed, clusters };
  try {
    const verdict = await driftWorkers.compareWindows(
      tableOf(reference, watched),
      tableOf([current], watched),
      options,
    );
    const past: Columns[] = [];
    for (const { block } of evidence.past) {
      past.push(sample(await readWatched(store, block, { watched, rowsMax: SAMPLE_ROWS })));
    }
    const sampled = { reference: reference.map(sample), current: sample(current), past };
    const each = alpha / watched.length;
    const report = driftReport(evidence, verdict, watched.map((_, j) => wobbleOf(j, sampled, each)));
    return { ...report, text: report.text + comparedText(evidence, current) };
  } catch (error) {
    if (!(error instanceof InsufficientDataError)) throw error;
    return noDriftReport(evidence, error.message);
  }
}

/** Says that not everybody was compared; empty: everybody was. */
const comparedText = ({ current: { rows } }: DriftEvidence, { users }: Columns): string =>
  users.length < rows ? `; compared are ${count(users.length)} of ${count(rows)} shoppers` : "";

/** Rows of one moment that are looked at for how far features move by themselves. */
const SAMPLE_ROWS = 2000;

/** Every so-manieth row: the order of rows is as good as random. */
function sample({ cutoffMs, users, width, values }: Columns): Columns {
  const rows = Math.min(SAMPLE_ROWS, users.length);
  const every = users.length / Math.max(1, rows);
  const taken = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    const from = Math.floor(i * every) * width;
    taken.set(values.subarray(from, from + width), i * width);
  }
  return { cutoffMs, users: users.slice(0, rows), width, values: taken };
}

function wobbleOf(
  column: number,
  { reference, current, past }: { reference: readonly Columns[]; current: Columns; past: readonly Columns[] },
  alpha: number,
) {
  const sampledAt = (rows: Columns) => ({ atMs: rows.cutoffMs, values: columnValues(rows, column) });
  const newest = reference[reference.length - 1];
  return wobble({
    reference: sampledAt(newest),
    current: sampledAt(current),
    past: past.map(sampledAt),
    alpha,
  });
}

/** The watched columns of some cut-offs, one row per shopper and cut-off. */
function tableOf(parts: readonly Columns[], watched: readonly string[]): Table {
  const rows = parts.reduce((sum, { users }) => sum + users.length, 0);
  const values = new Float32Array(rows * watched.length);
  let offset = 0;
  for (const part of parts) {
    values.set(part.values, offset);
    offset += part.values.length;
  }
  return { names: watched, kinds: watched.map(() => "numeric"), rows, values };
}

const shoppersOf = (parts: readonly Columns[]) =>
  Int32Array.from(parts.flatMap(({ users }) => users.map(shopperNumber)));
