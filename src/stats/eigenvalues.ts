const SWEEPS_MAX = 30;

/**
 * Eigenvalues of a symmetric matrix by Jacobi's rotations.
 * @param matrix row-major, shape `[n, n]`   @returns in no particular order, shape `[n]`
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const a = matrix.slice();
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += a[p * n + q] ** 2;
        rotate(a, n, p, q);
      }
    }
    if (off < 1e-20) break;
  }
  return Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
}

/** Turns the plane of p and q so that their entry becomes 0. */
function rotate(a: Float64Array, n: number, p: number, q: number): void {
  const entry = a[p * n + q];
  if (Math.abs(entry) < 1e-300) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * entry);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let i = 0; i < n; i++) {
    const ip = a[i * n + p];
    const iq = a[i * n + q];
    a[i * n + p] = c * ip - s * iq;
    a[i * n + q] = s * ip + c * iq;
  }
  for (let i = 0; i < n; i++) {
    const pi = a[p * n + i];
    const qi = a[q * n + i];
    a[p * n + i] = c * pi - s * qi;
    a[q * n + i] = s * pi + c * qi;
  }
}
