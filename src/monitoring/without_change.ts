import { permutation, seededRandom } from "../core/random.ts";
import type { Table } from "../drift/table.ts";
import { compareWindows } from "../drift/windows.ts";

/** The result of one look at data that did not change. */
export interface QuietLook {
  /** of the feature that stands out most: adjusted for all features looked at */
  p: number;
  /** the same feature looked at alone */
  pRaw: number;
  /** the largest population stability index of any feature */
  psi: number;
}

/**
 * Looks at data that did not change: rows of one moment, dealt at random into a reference and a current window, so that
 * whatever differs between them is chance. Only what a rule makes of such looks can be called its false-alarm rate.
 * @param options.currentRows rows of the current window; all others are the reference
 * @param options.alpha smallest chance of a false alarm that a rule may ask of `p`: below it, p-values are not resolved
 */
export function looksWithoutChange(
  table: Table,
  { looks, currentRows, alpha, seed }: { looks: number; currentRows: number; alpha: number; seed: number },
): QuietLook[] {
  const random = seededRandom(seed);
  return Array.from({ length: looks }, (_, look) => {
    const order = permutation(table.rows, random);
    const { features } = compareWindows(
      rowsOf(table, order.subarray(currentRows)),
      rowsOf(table, order.subarray(0, currentRows)),
      { alpha, alphaTogether: 0, seed: seed + look },
    );
    return {
      p: Math.min(...features.map(({ p }) => p)),
      pRaw: Math.min(...features.map(({ pRaw }) => pRaw)),
      psi: Math.max(...features.map(({ distances }) => distances.psi ?? 0)),
    };
  });
}

function rowsOf({ names, kinds, values }: Table, places: ArrayLike<number>): Table {
  const width = names.length;
  const picked = new Float32Array(places.length * width);
  for (let i = 0; i < places.length; i++) {
    picked.set(values.subarray(places[i] * width, (places[i] + 1) * width), i * width);
  }
  return { names, kinds, rows: places.length, values: picked };
}
