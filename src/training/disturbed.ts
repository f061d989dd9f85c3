import { gaussian, seededRandom } from "../core/random.ts";
import { mean } from "../stats/mean.ts";
import { decodeArtifact, encodeArtifact } from "./artifact.ts";

/**
 * A model made worse on purpose: noise on each weight, in standard deviations of its network's. What a drill rolls out,
 * to see that it is taken back.
 * @param artefact bytes of a good one   @param options.strength 0 leaves it as it is; 1 leaves little of it
 */
export function disturbed(
  artefact: Uint8Array,
  { strength, seed }: { strength: number; seed: number },
): Uint8Array {
  const noise = gaussian(seededRandom(seed));
  const predictor = decodeArtifact(artefact);
  const parts = predictor.parts.map((part) => {
    const { weights } = part.network;
    const middle = mean(weights);
    const spread = Math.sqrt(weights.reduce((sum, w) => sum + (w - middle) ** 2, 0) / weights.length);
    const worse = weights.map((w) => w + strength * spread * noise());
    return { ...part, network: { ...part.network, weights: worse } };
  });
  return encodeArtifact({ ...predictor, parts });
}
