/** Rows of features, as the statistics take them. */
export interface Table {
  readonly names: readonly string[];
  readonly kinds: readonly ("numeric" | "categorical")[];
  readonly rows: number;
  /** row-major [rows, width]; NaN: no value (so are infinities); of a category its code, an integer >= 0 */
  readonly values: Float32Array;
}
