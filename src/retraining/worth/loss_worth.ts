/** Two versions on one labelled window: what the newer one loses less, and earns more. */
export interface Exchange {
  readonly window: number;
  /** the older one's loss minus the newer one's */
  readonly loss: number;
  /** the newer one's earnings minus the older one's, in money of one window */
  readonly money: number;
}

/** Fewer windows than this say nothing of how surely money follows the loss. */
const WINDOWS_MIN = 3;

/**
 * Returns the money that one unit of loss costs in one window: the slope through the origin of earnings on losses over pairs
 * of versions, with a standard error that takes the pairs of one window together (White, Econometrica 48, 1980, by clusters).
 * Null where there are too few windows, or the slope is not a standard error above 0: then nothing is known of it.
 */
export function lossWorth(
  exchanges: readonly Exchange[],
): { worth: number; error: number; comparisons: number } | null {
  const windows = new Set(exchanges.map(({ window }) => window));
  const squares = exchanges.reduce((sum, { loss }) => sum + loss * loss, 0);
  if (windows.size < WINDOWS_MIN || squares === 0) return null;
  const worth = exchanges.reduce((sum, { loss, money }) => sum + loss * money, 0) / squares;
  let spread = 0;
  for (const window of windows) {
    let score = 0;
    for (const { window: of, loss, money } of exchanges) {
      if (of === window) score += loss * (money - worth * loss);
    }
    spread += score * score;
  }
  const error = Math.sqrt(windows.size / (windows.size - 1) * spread) / squares;
  return worth > error ? { worth, error, comparisons: exchanges.length } : null;
}
