import { histogram } from "../drift/histogram.ts";
import { sampleOf } from "../drift/sample.ts";
import type { DriftEvidence } from "./drift.ts";
import type { Shapes } from "./shapes.ts";
import { columnValues, DRIFT_ROWS_MAX, readWatched } from "./watched.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";

/** The distributions that a look at the inputs compared, feature by feature, from the rows that its evidence names. */
export async function featureShapes(
  { store }: { store: ArtefactStore },
  { watched, reference, current }: DriftEvidence,
): Promise<Shapes> {
  const read = (sha256: string) => readWatched(store, sha256, { watched, rowsMax: DRIFT_ROWS_MAX });
  const then = await Promise.all(reference.blocks.map(read));
  const now = await read(current.block);
  const shapes: Shapes = {};
  for (const [j, name] of watched.entries()) {
    const shape = histogram(
      sampleOf(then.flatMap((rows) => [...columnValues(rows, j)])),
      sampleOf(columnValues(now, j)),
    );
    if (shape) shapes[name] = shape;
  }
  return shapes;
}
