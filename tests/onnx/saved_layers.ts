import * as tf from "@tensorflow/tfjs";

/** A `model.json` and its weights in two files, as a model's `save()` writes them. */
export async function savedLayers(
  model: tf.Sequential,
): Promise<{ json: string; files: ReadonlyMap<string, Uint8Array> }> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(tf.io.withSaveHandler((given) => {
    artifacts = given;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
  }));
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const bytes = new Uint8Array(weightData as ArrayBuffer);
  const files = new Map([["a.bin", bytes.subarray(0, 12)], ["b.bin", bytes.subarray(12)]]);
  const weightsManifest = [{ paths: [...files.keys()], weights: weightSpecs }];
  return { json: JSON.stringify({ modelTopology, weightsManifest }), files };
}
