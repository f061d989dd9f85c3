import { columnOf } from "../features/blocks.ts";
import { type Columns, readColumns } from "../features/shards.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";

/** Of a cut-off that lies in shards, at most so many shoppers are compared: more tell no smaller shift worth a look. */
export const DRIFT_ROWS_MAX = 100_000;

/** Reads the watched features of a cut-off, in their order. */
export const readWatched = (
  store: ArtefactStore,
  sha256: string,
  { watched, rowsMax }: { watched: readonly string[]; rowsMax: number },
): Promise<Columns> =>
  readColumns(store, sha256, { columns: (block) => watched.map((name) => columnOf(block, name)), rowsMax });

/** The values of one of them. */
export const columnValues = ({ users, width, values }: Columns, column: number): Float32Array =>
  Float32Array.from({ length: users.length }, (_, row) => values[row * width + column]);
