import { join } from "node:path";
import type { Table } from "../../src/drift/table.ts";
import type { WindowsOptions } from "../../src/drift/windows.ts";
import { type Draws, rowsOf } from "./draws.ts";

/** One run's windows. */
export interface Run {
  readonly reference: Table;
  readonly current: (look: number, size: number) => Table;
  readonly options: (look: number, size: number) => Pick<WindowsOptions, "seed" | "clusters">;
}

/** Reads what `writeDraws` wrote. */
export class DrawsReader {
  readonly draws: Draws;

  constructor(readonly folder: string) {
    this.draws = JSON.parse(Deno.readTextFileSync(join(folder, "draws.json")));
  }

  run(run: number): Run {
    const { features, categorical, dependent, protocol } = this.draws;
    const { reference, sizes } = protocol;
    const largest = Math.max(...sizes);
    const rows = rowsOf(protocol);
    const width = features.length;
    const kinds = features.map(() => categorical ? "categorical" as const : "numeric" as const);
    const values = new Float32Array(this.read("rows.f32", run * rows * width, rows * width));
    const ids = dependent ? new Int32Array(this.read("clusters.i32", run * rows, rows)) : undefined;
    const startOf = (look: number) => reference + look * largest;
    const table = (from: number, size: number): Table => ({
      names: features,
      kinds,
      rows: size,
      values: values.subarray(from * width, (from + size) * width),
    });
    return {
      reference: table(0, reference),
      current: (look, size) => table(startOf(look), size),
      options: (look, size) => ({
        seed: run * 1000 + look,
        clusters: ids &&
          {
            reference: ids.subarray(0, reference),
            current: ids.subarray(startOf(look), startOf(look) + size),
          },
      }),
    };
  }

  /** The moved feature's values in the looks of one run. @param amount its place among the move's amounts */
  moved(move: number, amount: number, run: number): Float32Array[] {
    const { protocol: { moved, sizes }, moves } = this.draws;
    const size = Math.max(...sizes);
    const before = moves.slice(0, move).reduce((sum, { by }) => sum + by.length, 0) + amount;
    const length = size * moved.looks;
    const all = new Float32Array(this.read("moved.f32", (before * moved.runs + run) * length, length));
    return Array.from({ length: moved.looks }, (_, look) => all.subarray(look * size, (look + 1) * size));
  }

  /** Numbers of four bytes, from one on. */
  private read(name: string, from: number, count: number): ArrayBuffer {
    using file = Deno.openSync(join(this.folder, name));
    file.seekSync(from * 4, Deno.SeekMode.Start);
    const bytes = new Uint8Array(count * 4);
    for (let at = 0; at < bytes.length;) {
      const read = file.readSync(bytes.subarray(at));
      if (read === null) {
        throw new RangeError(`Cannot read draws: "${name}" ends after ${from * 4 + at} bytes`);
      }
      at += read;
    }
    return bytes.buffer;
  }
}
