import { histogram } from "../drift/histogram.ts";
import { sampleOf } from "../drift/sample.ts";
import { decodeFeatures, type FeatureBlock } from "../features/blocks.ts";
import { FEATURES } from "../features/definition.ts";
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
    const column = FEATURES.indexOf(name);
    const shape = histogram(
      sampleOf(then.flatMap((block) => [...columnOf(block, column)])),
      sampleOf(columnOf(now, column)),
    );
    if (shape) shapes[name] = shape;
  }
  return shapes;
}

const columnOf = ({ users, width, features }: FeatureBlock, column: number): Float32Array =>
  Float32Array.from(users, (_, row) => features[row * width + column]);
