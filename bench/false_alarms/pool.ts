/** Rows that really were, by what they depend on: all rows of a shopper, or of a day. */
export interface Pool {
  readonly features: readonly string[];
  readonly clusters: readonly (readonly (readonly number[])[])[];
}
