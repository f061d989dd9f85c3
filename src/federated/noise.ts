import { uniformNumbers } from "./secrets.ts";

/**
 * Adds Gaussian noise to a vector, in place. The noise follows from the seed: a step that is repeated adds the same,
 * for two noises on one vector could be averaged away.
 * @param vector shape `[d]`   @param deviation standard deviation of each coordinate's noise
 */
export async function addNoise(
  vector: Float64Array,
  deviation: number,
  seed: Uint8Array<ArrayBuffer>,
): Promise<void> {
  if (deviation === 0) return;
  const u = await uniformNumbers(seed, 2 * vector.length);
  for (let i = 0; i < vector.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - u[2 * i])); // Box-Muller
    vector[i] += deviation * radius * Math.cos(2 * Math.PI * u[2 * i + 1]);
  }
}
