/**
 * Finds the mark of a chart that is meant, by pointer or by keyboard: plain geometry, to be tested without a browser.
 */

/** A mark's box in the window, px. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const REACH_PX = 28;

/** The nearest box within reach of a point; of two that hold it the smaller. -1: none is near. */
export function nearest(boxes: readonly Box[], x: number, y: number): number {
  let nearestBox = -1;
  let best: [distance: number, size: number] = [REACH_PX, Infinity];
  boxes.forEach((box, i) => {
    const dx = Math.max(box.left - x, 0, x - box.right);
    const dy = Math.max(box.top - y, 0, y - box.bottom);
    const score: typeof best = [Math.hypot(dx, dy), (box.right - box.left) * (box.bottom - box.top)];
    if (score[0] < best[0] || (score[0] === best[0] && score[1] < best[1])) [nearestBox, best] = [i, score];
  });
  return nearestBox;
}

/** The mark after the one at `index` for a key; null: the key means nothing here. */
export function stepped(key: string, index: number, length: number): number | null {
  const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: length - 1 }[key];
  return next === undefined ? null : Math.min(length - 1, Math.max(0, next));
}

/** Returns the range of an axis between two pixels of a drag; null: too short to be meant. */
export function dragged(
  { domain, pixels }: { domain: readonly [number, number]; pixels: readonly [number, number] },
  from: number,
  to: number,
): [number, number] | null {
  const within = (px: number) => Math.min(pixels[1], Math.max(pixels[0], px));
  const [left, right] = [within(Math.min(from, to)), within(Math.max(from, to))];
  if (right - left < DRAG_PX) return null;
  const value = (px: number) =>
    domain[0] + (px - pixels[0]) / (pixels[1] - pixels[0]) * (domain[1] - domain[0]);
  return [value(left), value(right)];
}

const DRAG_PX = 10;
