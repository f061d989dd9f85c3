import { z } from "zod";

/** A stored version, as far as the forecast of its loss goes. Windows are numbered in order of time. */
export const WorthVersion = z.strictObject({
  id: z.string(),
  through: z.int().describe("number of the newest labelled window that it was trained on"),
  rows: z.number().positive().describe("rows that it was trained on"),
});
export type WorthVersion = z.infer<typeof WorthVersion>;

/** What every version loses on one labelled window. */
export const WorthWindow = z.strictObject({
  number: z.int(),
  losses: z.array(z.strictObject({ version: z.string(), loss: z.number() })).describe(
    "mean loss over the same rows, of each version that was trained on older windows only",
  ),
  pairs: z.array(z.strictObject({
    older: z.string(),
    newer: z.string(),
    difference: z.number().describe(
      "mean of the paired differences: the older one's loss minus the newer one's",
    ),
    error: z.number().nonnegative().describe(
      "its standard error, robust to rows of the same shopper being alike",
    ),
  })),
  alarm: z.boolean().default(false).describe("whether an alarm of a change sounded on this window"),
});
export type WorthWindow = z.infer<typeof WorthWindow>;

/**
 * Returns the variance of one version's sampling noise on a window, beside what all versions share: half the median
 * squared error of the paired differences, times the number of windows whose outcomes overlap.
 * @param options.overlap neighbouring windows that share outcomes with one, 0 where they are apart
 */
export function samplingVariance({ pairs }: Pick<WorthWindow, "pairs">, { overlap = 0 } = {}): number {
  if (pairs.length === 0) return 0;
  const squares = pairs.map(({ error }) => error * error).sort((a, b) => a - b);
  const middle = squares.length >> 1;
  const median = squares.length % 2 === 1 ? squares[middle] : (squares[middle - 1] + squares[middle]) / 2;
  return (1 + overlap) * median / 2;
}

/**
 * Returns the loss that stands for 1 in the forecast: the mean of what versions lost on the first window after their
 * training, so that one prior serves models of any loss.
 */
export function levelOf(versions: readonly WorthVersion[], windows: readonly WorthWindow[]): number {
  const first: number[] = [];
  for (const { id, through } of versions) {
    const next = windows.find(({ number, losses }) =>
      number > through && losses.some(({ version }) => version === id)
    );
    const loss = next?.losses.find(({ version }) => version === id)?.loss;
    if (loss !== undefined) first.push(loss);
  }
  const mean = first.reduce((sum, loss) => sum + loss, 0) / first.length;
  return mean > 0 ? mean : 1;
}
