import { join } from "node:path";
import { z } from "zod";
import { seededRandom } from "../../src/core/random.ts";
import { errorsOf, type ErrorStream, openStream } from "../../src/detect/mod.ts";
import { readTable } from "../../src/detect/table.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { type Peers, pythonWithPeers, runPython } from "../shared/python.ts";

const Made = z.object({
  streams: z.array(z.object({
    name: z.string(),
    family: z.string(),
    group: z.enum(["abrupt", "gradual", "none"]),
    file: z.string(),
    changes: z.array(z.object({ row: z.number(), until: z.number() })),
  })),
  versions: z.record(z.string(), z.string()),
});
export type Made = z.infer<typeof Made>;

/** A stream with its true changes, and the errors on it of a model that learned from its first tenth. */
export interface WatchedStream extends ErrorStream {
  readonly name: string;
  readonly family: string;
  readonly group: Made["streams"][number]["group"];
  readonly changes: readonly { row: number; until: number; from: string; to: string }[];
}

const Found = z.object({
  /** by stream and detector: places among the errors */
  alarms: z.record(z.string(), z.record(z.string(), z.array(z.number()))),
  speeds: z.record(z.string(), z.number()),
});
export type RiverFound = z.infer<typeof Found>;

const PACKAGES: Peers = {
  requirements: "requirements-river.txt",
  modules: "pandas, river, scipy",
  hint: "they need Python 3.11 to 3.13",
};
export const pythonWithRiver = (say: (line: string) => void) => pythonWithPeers(say, PACKAGES);

/** How many streams, and how long. */
export interface Size {
  readonly rows: number;
  readonly seeds: number;
  readonly control_seeds: number;
  /** whether the two long streams of the acceptance are among them */
  readonly issued: boolean;
}

/** Has river's generators write the streams into a folder. */
export async function makeStreams(python: string, folder: string, size: Size): Promise<Made> {
  const script = new URL("./make_streams.py", import.meta.url);
  return Made.parse(await runPython(python, script, [folder, JSON.stringify(size)], 20 * 60_000));
}

/** Trains on the first tenth of each and predicts the rest, as `perennial detect` does. */
export async function learnStreams(made: Made, say: (line: string) => void): Promise<WatchedStream[]> {
  const trainer = createTrainer();
  try {
    const watched: WatchedStream[] = [];
    for (const { name, family, group, file, changes } of made.streams) {
      const table = await readTable(file, () => undefined);
      const errors = await errorsOf(openStream(table, { target: "target" }), trainer);
      watched.push({
        name,
        family,
        group,
        ...errors,
        changes: changes.map((change, i) => ({ ...change, from: String(i), to: String(i + 1) })),
      });
      if (watched.length % 10 === 0) {
        say(`detection: ${watched.length} of ${made.streams.length} models trained`);
      }
    }
    return watched;
  } finally {
    trainer.close();
  }
}

/** 0/1 numbers on which speed is measured: one error in ten. */
export function speedNumbers(n: number): number[] {
  const random = seededRandom(31);
  return Array.from({ length: n }, () => Number(random() < 0.1));
}

/** river's detectors on the same errors. */
export async function askRiver(
  python: string,
  streams: readonly WatchedStream[],
  { folder, speed, withinMs }: { folder: string; speed: readonly number[]; withinMs: number },
): Promise<RiverFound> {
  const file = join(folder, "errors.json");
  const plain = streams.map(({ name, kind, errors }) => ({ name, kind, errors: [...errors] }));
  await Deno.writeTextFile(file, JSON.stringify({ streams: plain, speed }));
  const script = new URL("./river_detectors.py", import.meta.url);
  return Found.parse(await runPython(python, script, [file], withinMs));
}
