import { type Database, type Sql } from "../../db/connect.ts";
import { listRetired, MODELS_CHANNEL, modelsWithRetrainer } from "../../db/models/retired.ts";
import type { ModelDefinition } from "../../models/model.ts";

type Models = ReadonlyMap<string, ModelDefinition>;

/** The models of an installation. */
export interface ModelSet {
  /** those that a file defines */
  readonly all: Models;
  /** those of them that are not retired, by name: the same object throughout, always as the database says */
  readonly inUse: Models;
  /** Reads anew which are retired. */
  refresh(): Promise<void>;
}

/** Returns the models that files define, without the retired ones. */
export async function openModelSet(sql: Sql, all: Models): Promise<ModelSet> {
  const inUse = new Map<string, ModelDefinition>();
  const refresh = async () => {
    const retired = new Set((await listRetired(sql)).map(({ model }) => model));
    if ([...all.keys()].some((name) => !retired.has(name) && !inUse.has(name))) inUse.clear(); // back in order
    for (const [name, model] of all) {
      if (retired.has(name)) inUse.delete(name);
      else inUse.set(name, model);
    }
  };
  await refresh();
  return { all, inUse, refresh };
}

/** Follows what other processes retire and restore, also after the connection was lost. @returns ends it */
export async function followRetired(
  sql: Database,
  set: ModelSet,
  { log }: { log: (line: string) => void },
): Promise<() => Promise<void>> {
  const refresh = () => void set.refresh().catch((error) => log(`models: ${error.message ?? error}`));
  const { unlisten } = await sql.listen(MODELS_CHANNEL, refresh, refresh);
  return unlisten;
}

/** Lists the models that have a retrainer and no file any more, and are not retired. */
export async function modelsWithoutFile(sql: Sql, { all }: Pick<ModelSet, "all">): Promise<string[]> {
  return (await modelsWithRetrainer(sql)).filter((model) => !all.has(model));
}
