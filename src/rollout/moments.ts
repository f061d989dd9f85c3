import type { Moments } from "./rollout_evidence.ts";

/** Mean and sample variance of some numbers, in one pass. Source: Welford, Technometrics 4 (1962). */
export function momentsOf(values: ArrayLike<number>): Moments {
  const n = values.length;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const off = values[i] - mean;
    mean += off / (i + 1);
    squares += off * (values[i] - mean);
  }
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0 };
}
