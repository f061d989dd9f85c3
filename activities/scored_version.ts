import type { Manifest } from "../src/registry/version.ts";
import type { WorthVersion } from "../src/retraining/worth/evidence.ts";

/** Rows of one labelled cut-off as a version sees them. */
export interface ScoredRows {
  /** answers of the version without a line that was fitted later */
  readonly trained: Float32Array;
  /** what it answers */
  readonly answers: Float32Array;
  readonly target: Float64Array;
  readonly shopper: Int32Array;
  /** loss of each row by what the version answers */
  readonly loss: Float64Array;
}

/** A version with its answers on rows that it was not trained on, by cut-off. */
export interface Scored {
  readonly version: WorthVersion;
  readonly manifest: Manifest;
  readonly rows: ReadonlyMap<string, ScoredRows>;
}
