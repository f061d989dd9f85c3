/** Distances between two samples of numbers, by their empirical distribution functions. */

/**
 * Kolmogorov-Smirnov distance `sup |F_a - F_b|`.
 * @param a sorted, shape `[n]`, n >= 1   @param b sorted, shape `[m]`, m >= 1   @returns in [0, 1]
 */
export function ksDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  walk(a, b, (gap) => largest = Math.max(largest, Math.abs(gap)));
  return largest;
}

/**
 * Wasserstein-1 (earth mover's) distance `integral |F_a - F_b| dx`; arguments as of `ksDistance`.
 * @returns in the unit of the values, >= 0
 */
export function wassersteinDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  walk(a, b, (gap, width) => sum += Math.abs(gap) * width);
  return sum;
}

/**
 * Energy distance `sqrt(2 integral (F_a - F_b)^2 dx)`; arguments as of `ksDistance`.
 * @returns in the square root of the values' unit, >= 0
 * Source: Szekely and Rizzo, Energy statistics (2013).
 */
export function energyDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  walk(a, b, (gap, width) => sum += gap * gap * width);
  return Math.sqrt(2 * sum);
}

/** Calls `at(F_a - F_b, width)` for every stretch between neighbouring values; the last has no width. */
function walk(a: ArrayLike<number>, b: ArrayLike<number>, onGap: (gap: number, width: number) => void): void {
  const n = a.length;
  const m = b.length;
  for (let i = 0, j = 0; i < n || j < m;) {
    const x = j >= m || (i < n && a[i] <= b[j]) ? a[i] : b[j];
    while (i < n && a[i] === x) i++;
    while (j < m && b[j] === x) j++;
    if (i === n && j === m) return onGap(0, 0);
    const next = j >= m || (i < n && a[i] <= b[j]) ? a[i] : b[j];
    onGap(i / n - j / m, next - x);
  }
}

/** Above this the exact p-value, which takes `n m` steps, gives way to the limit. */
const EXACT_STEPS_MAX = 1e7;

/**
 * Two-sided p-value of the Kolmogorov-Smirnov distance of two samples without ties; with ties it is too large, that is
 * safe. Exact where `n m <= 1e7`, else Kolmogorov's limit.
 * @param d the distance   @param n size of one sample   @param m size of the other
 */
export function ksPValue(d: number, n: number, m: number): number {
  return n * m <= EXACT_STEPS_MAX ? ksExactP(d, n, m) : ksLimitP(Math.sqrt(n * m / (n + m)) * d);
}

/**
 * `P(D >= d)`: of all orders of n + m values, the share whose path leaves the band `|i/n - j/m| < d`.
 * Source: Hodges, The significance probability of the Smirnov two-sample test (1958).
 */
export function ksExactP(d: number, n: number, m: number): number {
  const band = (Math.round(d * n * m) - 0.5) / (n * m); // d is a multiple of 1 / (n m), but for rounding
  const inside = new Float64Array(m + 1); // share of paths to (i, j) that stayed inside
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      const here = Math.abs(i / n - j / m) <= band;
      if (!here) inside[j] = 0;
      else if (i + j === 0) inside[j] = 1;
      else inside[j] = (i * (i > 0 ? inside[j] : 0) + j * (j > 0 ? inside[j - 1] : 0)) / (i + j);
    }
  }
  return Math.min(1, Math.max(0, 1 - inside[m]));
}

/** Kolmogorov's limit `2 sum_k (-1)^(k-1) exp(-2 k^2 x^2)`. @param x `sqrt(n m / (n + m)) d` */
export function ksLimitP(x: number): number {
  if (x < 0.2) return 1; // the series converges slowly there; 1 to 1e-12
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
