/** Letters by which a word that was meant may differ: one in three, as in `chrun`. */
const TYPOS = 1 / 3;

/** The known word that is closest to what was written; undefined: none is close. */
export function closest(written: string, known: readonly string[]): string | undefined {
  const measured = known.map((word) => ({
    word,
    typos: distance(written.toLowerCase(), word.toLowerCase()),
  }));
  const best = measured.sort((a, b) => a.typos - b.typos)[0];
  return best && best.typos <= Math.max(1, Math.ceil(best.word.length * TYPOS)) &&
      best.typos < best.word.length
    ? best.word
    : undefined;
}

/** Says what was perhaps meant, else all that there is, as the end of a sentence. */
export function meantText(written: string, known: readonly string[]): string {
  const word = closest(written, known);
  if (word !== undefined) return `; did you mean ${word}?`;
  return known.length === 0 ? "" : `; there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
}

/** Letters to put in, take out, change, or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}
