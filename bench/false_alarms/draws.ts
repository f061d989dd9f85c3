import { join } from "node:path";
import { hash32, seededRandom } from "../../src/core/random.ts";
import type { Kind } from "./kinds.ts";
import type { Protocol } from "./protocol.ts";

/** What lies in the folder of one kind, for both sides: `draws.json`, and three files in the machine's byte order. */
export interface Draws {
  readonly kind: string;
  readonly features: readonly string[];
  readonly categorical: boolean;
  readonly dependent: boolean;
  readonly protocol: Protocol;
  /** runs in `rows.f32`: float32 [runs, reference + looks * largest size, width] */
  readonly runs: number;
  /** `moved.f32`: float32 [moves, by, moved.runs, moved.looks, largest size], the feature's column in those looks */
  readonly moves: readonly {
    readonly about: string;
    readonly feature: number;
    readonly by: readonly number[];
  }[];
}

/** Rows of one run: the reference, then all looks. */
export const rowsOf = ({ reference, looks, sizes }: Protocol) => reference + looks * Math.max(...sizes);

/** Draws all that is looked at of one kind of data and writes it down; `clusters.i32` is [runs, rows of a run]. */
export async function writeDraws(folder: string, kind: Kind, protocol: Protocol): Promise<Draws> {
  const runs = Math.max(...Object.values(protocol.runs), protocol.moved.runs);
  const { name, features, categorical, dependent, moves } = kind;
  const draws: Draws = {
    kind: name,
    features,
    categorical,
    dependent,
    protocol,
    runs,
    moves: moves.map(({ about, feature, by }) => ({ about, feature, by })),
  };
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, "draws.json"), JSON.stringify(draws));
  const moved = await writeRows(folder, kind, draws);
  await writeMoved(folder, kind, moved);
  return draws;
}

/** One stream of chance for all runs of a kind, so that no two of them share numbers. @returns what is to be moved */
async function writeRows(
  folder: string,
  kind: Kind,
  { protocol, runs, features }: Draws,
): Promise<Float32Array[][]> {
  const random = seededRandom(hash32(`false alarms: ${kind.name}`));
  const { reference, looks, sizes, moved } = protocol;
  const size = Math.max(...sizes);
  const width = features.length;
  using rowsFile = await Deno.create(join(folder, "rows.f32"));
  using clustersFile = await Deno.create(join(folder, "clusters.i32"));
  const kept: Float32Array[][] = [];
  for (let run = 0; run < runs; run++) {
    const windows = [reference, ...new Array<number>(looks).fill(size)].map((rows) =>
      kind.draw(rows, random)
    );
    let firstId = 0;
    for (const { values, clusters } of windows) {
      await write(rowsFile, values);
      if (!kind.dependent) continue;
      await write(clustersFile, clusters!.map((id) => firstId + id));
      firstId += clusters![clusters!.length - 1] + 1;
    }
    if (run < moved.runs) kept.push(windows.slice(1, 1 + moved.looks).map(({ values }) => values));
  }
  return kept.map((run) => run.map((values) => values.slice(0, size * width)));
}

async function writeMoved(folder: string, kind: Kind, runs: readonly Float32Array[][]): Promise<void> {
  const random = seededRandom(hash32(`false alarms, moved: ${kind.name}`));
  const width = kind.features.length;
  using file = await Deno.create(join(folder, "moved.f32"));
  for (const { feature, by, value } of kind.moves) {
    for (const amount of by) {
      for (const values of runs.flat()) {
        const column = new Float32Array(values.length / width);
        for (let row = 0; row < column.length; row++) {
          column[row] = value(values[row * width + feature], amount, random);
        }
        await write(file, column);
      }
    }
  }
}

async function write(file: Deno.FsFile, values: Float32Array | Int32Array): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
