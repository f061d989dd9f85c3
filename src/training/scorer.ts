import { decodeArtifact, type Predictor, predictWith } from "./artifact.ts";

/** A model ready to serve. */
export interface Scorer extends Omit<Predictor, "preprocessings" | "parts" | "formula"> {
  /** @param rows one shopper's features each @returns one prediction per row */
  predict(rows: readonly (readonly number[])[]): Float32Array;
  /** @param features shape `[n, width]` @returns shape `[n]` */
  predictPacked(features: Float32Array, n: number): Float32Array;
}

/**
 * Opens an artefact for serving. Plain loops over its weights: no worker, no tensors, microseconds a row.
 * @throws {TypeError} the bytes are not an artefact   @throws {RangeError} on predicting rows of another width
 */
export function loadScorer(artifact: Uint8Array): Scorer {
  const { preprocessings, parts, formula, ...about } = decodeArtifact(artifact);
  const predictor: Predictor = { ...about, preprocessings, parts, formula };
  const predictPacked = (features: Float32Array, n: number) => predictWith(predictor, features, n);
  return {
    ...about,
    predictPacked,
    predict: (rows) => predictPacked(Float32Array.from(rows.flat()), rows.length),
  };
}
