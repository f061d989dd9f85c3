import { FEATURE_HASH, FEATURES } from "../../src/features/definition.ts";
import { encodeArtifact } from "../../src/training/artifact.ts";

/** An artefact that answers `tenths / 10`, plus `slope` times what one feature says. */
export function tinyArtefact(
  tenths: number,
  { slope = 0, feature = "recency", horizonDays = 28, featureHash = FEATURE_HASH } = {},
): Uint8Array {
  const columns = [{ of: FEATURES.indexOf(feature), as: "raw" as const, mean: 0, scale: 1 }];
  return encodeArtifact({
    model: "churn",
    kind: "classification",
    features: FEATURES,
    featureHash,
    horizonDays,
    preprocessings: [{ columns }],
    parts: [{
      role: "class",
      preprocessing: 0,
      link: "identity",
      scale: 1,
      min: -Infinity,
      max: Infinity,
      network: { inputs: 1, hidden: [], weights: Float32Array.of(slope, tenths / 10) },
    }],
    formula: { op: "part", part: 0 },
    recipe: { recipe: { family: "linear", name: "linear", inputs: "log", target: "identity" } },
    seed: 1,
    newestCutoffMs: 0,
    rows: 10,
    cap: 1,
  });
}
