import { InsufficientDataError } from "../core/errors.ts";
import type { Table } from "../drift/table.ts";
import { columnOf, decodeFeatures, type FeatureBlock, shopperNumber } from "../features/blocks.ts";
import { type DriftEvidence, driftReport, noDriftReport } from "./drift.ts";
import type { DriftReport } from "../drift/report.ts";
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
  const read = async (sha256: string) => decodeFeatures(await store.getRows(sha256));
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
    const past = await Promise.all(evidence.past.map(({ block }) => read(block)));
    const sampled = { reference: reference.map(sample), current: sample(current), past: past.map(sample) };
    const each = alpha / watched.length;
    return driftReport(evidence, verdict, watched.map((name) => wobbleOf(name, sampled, each)));
  } catch (error) {
    if (!(error instanceof InsufficientDataError)) throw error;
    return noDriftReport(evidence, error.message);
  }
}

/** Rows of one moment that are looked at for how far features move by themselves. */
const SAMPLE_ROWS = 2000;

interface Sampled {
  atMs: number;
  column: (name: string) => Float32Array;
}

/** Every so-manieth row: the order of rows is as good as random. */
function sample(block: FeatureBlock): Sampled {
  const { cutoffMs, users, width, features } = block;
  const rows = Math.min(SAMPLE_ROWS, users.length);
  const every = users.length / Math.max(1, rows);
  return {
    atMs: cutoffMs,
    column: (name) => {
      const column = columnOf(block, name);
      const values = new Float32Array(rows);
      for (let i = 0; i < rows; i++) values[i] = features[Math.floor(i * every) * width + column];
      return values;
    },
  };
}

function wobbleOf(
  name: string,
  { reference, current, past }: { reference: readonly Sampled[]; current: Sampled; past: readonly Sampled[] },
  alpha: number,
) {
  const sampledAt = ({ atMs, column }: Sampled) => ({ atMs, values: column(name) });
  const newest = reference[reference.length - 1];
  return wobble({
    reference: sampledAt(newest),
    current: sampledAt(current),
    past: past.map(sampledAt),
    alpha,
  });
}

/** The watched columns of some blocks, one row per shopper and block. */
function tableOf(blocks: readonly FeatureBlock[], watched: readonly string[]): Table {
  const rows = blocks.reduce((sum, block) => sum + block.users.length, 0);
  const values = new Float32Array(rows * watched.length);
  let offset = 0;
  for (const block of blocks) {
    const { users, width, features } = block;
    const columns = watched.map((name) => columnOf(block, name));
    for (let row = 0; row < users.length; row++) {
      for (const column of columns) values[offset++] = features[row * width + column];
    }
  }
  return { names: watched, kinds: watched.map(() => "numeric"), rows, values };
}

const shoppersOf = (blocks: readonly FeatureBlock[]) =>
  Int32Array.from(blocks.flatMap(({ users }) => users.map(shopperNumber)));
