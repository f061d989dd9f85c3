import { decodeFeatures } from "../../src/features/blocks.ts";
import { featureBlock } from "../../src/features/build.ts";
import type { ModelConfig } from "../../src/retraining_config.ts";
import { protocolOf } from "../../src/training/labelled.ts";
import type { ActivityDeps } from "../deps.ts";

/** The pseudonyms of everyone a model is asked about as of a moment. */
export async function population(
  deps: ActivityDeps,
  config: ModelConfig,
  asOfMs: number,
): Promise<readonly string[]> {
  const { sha256 } = await featureBlock(deps, protocolOf(config), asOfMs);
  return decodeFeatures(await deps.store.get(sha256)).users;
}
