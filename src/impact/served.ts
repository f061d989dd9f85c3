import { DAY_MS } from "../core/time.ts";

/** A change of a model's champion. */
export interface Move {
  version: number;
  asOf: string;
}

/**
 * For how many horizons a version was the champion, over all its turns.
 * @param moves oldest first   @param options.asOfMs the end of the last turn
 */
export function horizonsServed(
  moves: readonly Move[],
  version: number,
  { asOfMs, horizonDays }: { asOfMs: number; horizonDays: number },
): number {
  const turns = moves.map((move, i) => {
    const endMs = Math.min(asOfMs, i + 1 < moves.length ? Date.parse(moves[i + 1].asOf) : Infinity);
    return move.version === version ? Math.max(0, endMs - Date.parse(move.asOf)) : 0;
  });
  return turns.reduce((a, b) => a + b, 0) / (horizonDays * DAY_MS);
}
