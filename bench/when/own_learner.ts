import { basename, join } from "node:path";
import { DAY_MS } from "../../src/core/time.ts";
import { loadModels } from "../../src/models/mod.ts";
import type { TrainingTask } from "../../src/training/protocol.ts";
import type { TrainingRows } from "../../src/training/rows.ts";
import { createTrainer, type Trainer } from "../../src/training/trainer.ts";
import { onEnd } from "../shared/cleanup.ts";
import { askPython } from "./python.ts";
import type { BenchSet } from "./sets.ts";

/** What the project's own recipe is called among the learners. */
export const OWN_LEARNER = "perennial";

/** More rows than this, summed over all trainings, take hours. */
const ROWS_MAX = 400_000;
const ROWS_MIN = 30; // as matrices.py has it

interface Exported {
  readonly rows: number;
  readonly width: number;
  readonly blocks: number;
  readonly isBinary: boolean;
  /** blocks that an outcome takes at least */
  readonly lag: number;
}

interface Arrays {
  readonly features: Float32Array;
  readonly target: Float64Array;
  readonly block: Int32Array;
}

/**
 * Trains the project's own recipe, its competition of candidates included, before every block of a set, and writes what
 * each version predicts for all rows.
 * @returns the file of predictions; null where it would take too long
 */
export async function ownPredictions(
  python: string,
  set: BenchSet,
  { folder, quick, say }: { folder: string; quick: boolean; say: (line: string) => void },
): Promise<string | null> {
  const out = join(folder, `${basename(set.path)}.own`); // sets of other losses share it
  if (!quick && await Deno.stat(`${out}.predictions`).then(() => true, () => false)) {
    return `${out}.predictions`;
  }
  const job = { set: set.name, path: set.path, history: set.history, out, quick };
  const shape = await askPython<Exported>(python, "export.py", job, 15);
  if (shape.rows * shape.blocks / 2 > ROWS_MAX) {
    say(
      `when: left out: Perennial's own recipe on "${set.name}": ${shape.rows} rows, trained ${
        shape.blocks - 1
      } times, take hours`,
    );
    return null;
  }
  const arrays = await readArrays(out);
  const trainer = createTrainer({ workers: 1 });
  const close = onEnd(() => trainer.close());
  try {
    const predictions = await predictAll(trainer, await taskOf(shape), arrays, shape, say);
    await Deno.writeFile(`${out}.part`, new Uint8Array(predictions.buffer));
    await Deno.rename(`${out}.part`, `${out}.predictions`); // whole, or not there
    return `${out}.predictions`;
  } finally {
    await close();
  }
}

async function readArrays(out: string): Promise<Arrays> {
  const [features, target, block] = await Promise.all(
    ["features", "target", "block"].map(async (part) => (await Deno.readFile(`${out}.${part}`)).buffer),
  );
  return {
    features: new Float32Array(features),
    target: new Float64Array(target),
    block: new Int32Array(block),
  };
}

/** The candidates of the churn or the spending model, on other features; a block counts as a day. */
async function taskOf({ width, isBinary, lag }: Exported): Promise<TrainingTask> {
  const model = (await loadModels()).get(isBinary ? "churn" : "spending")!;
  return {
    name: model.name,
    kind: model.kind,
    features: Array.from({ length: width }, (_, i) => `x${i}`),
    candidates: model.candidates,
    horizonDays: lag,
    featureHash: `bench of ${width} columns`,
  };
}

async function predictAll(
  trainer: Trainer,
  task: TrainingTask,
  arrays: Arrays,
  { rows, blocks, width }: Exported,
  say: (line: string) => void,
): Promise<Float32Array<ArrayBuffer>> {
  const predictions = new Float32Array((blocks - 1) * rows).fill(NaN);
  for (let before = 1; before < blocks; before++) {
    const count = arrays.block.findIndex((block) => block >= before);
    if (count < ROWS_MIN) continue;
    const request = { task, rows: rowsBefore(arrays, count, width), seed: 1 };
    const { artifact } = await trainer.compete(request);
    predictions.set(await trainer.score(artifact, arrays.features.slice(), rows), (before - 1) * rows);
    say(`when: Perennial's own recipe, before block ${before} of ${blocks - 1}`);
  }
  return predictions;
}

/** The first rows: they are in order of blocks. */
function rowsBefore({ features, target, block }: Arrays, count: number, width: number): TrainingRows {
  return {
    features: features.slice(0, count * width),
    width,
    target: target.slice(0, count),
    cutoffMs: Float64Array.from(block.subarray(0, count), (number) => number * DAY_MS),
    user: Int32Array.from({ length: count }, (_, row) => row),
  };
}
