import { defineDistance } from "perennial";

const at = (sorted: Float32Array, share: number): number => sorted[Math.floor(share * (sorted.length - 1))];

/** How far the median moved, in interquartile ranges of the reference: few giants do not move it. */
export default defineDistance({
  name: "median-shift",
  of: "numeric",
  symmetric: false,
  compare({ sorted: then }, { sorted: now }) {
    const range = at(then, 0.75) - at(then, 0.25);
    return range > 0 ? Math.abs(at(now, 0.5) - at(then, 0.5)) / range : 0;
  },
});
