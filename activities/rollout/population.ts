import { featureBlock } from "../../src/app/features/blocks.ts";
import { readUsers } from "../../src/features/shards.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import type { ActivityDeps } from "../deps.ts";

/** The pseudonyms of everyone a model is asked about as of a moment. */
export async function population(
  deps: ActivityDeps,
  { model, config }: { model: ModelDefinition; config: ModelConfig },
  asOfMs: number,
): Promise<readonly string[]> {
  const { sha256 } = await featureBlock(deps, protocolOf(model, config), asOfMs);
  return await readUsers(deps.store, sha256);
}
