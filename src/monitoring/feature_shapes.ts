import { histogram } from "../drift/histogram.ts";
import { sampleOf } from "../drift/sample.ts";
import { columnOf, decodeFeatures, type FeatureBlock } from "../features/blocks.ts";
import type { DriftEvidence } from "./drift.ts";
import type { Shapes } from "./shapes.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";

/** The distributions that a look at the inputs compared, feature by feature, from the rows that its evidence names. */
export async function featureShapes(
  { store }: { store: ArtefactStore },
  { watched, reference, current }: DriftEvidence,
): Promise<Shapes> {
  const read = async (sha256: string) => decodeFeatures(await store.getRows(sha256));
  const then = await Promise.all(reference.blocks.map(read));
  const now = await read(current.block);
  const shapes: Shapes = {};
  for (const name of watched) {
    const shape = histogram(
      sampleOf(then.flatMap((block) => [...valuesOf(block, name)])),
      sampleOf(valuesOf(now, name)),
    );
    if (shape) shapes[name] = shape;
  }
  return shapes;
}

function valuesOf(block: FeatureBlock, name: string): Float32Array {
  const { users, width, features } = block;
  const column = columnOf(block, name);
  return Float32Array.from(users, (_, row) => features[row * width + column]);
}
