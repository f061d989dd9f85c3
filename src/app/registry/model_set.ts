import { messageOf } from "../../core/errors.ts";
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
  const read = async () => {
    const retired = new Set((await listRetired(sql)).map(({ model }) => model));
    if ([...all.keys()].some((name) => !retired.has(name) && !inUse.has(name))) inUse.clear(); // back in order
    for (const [name, model] of all) {
      if (retired.has(name)) inUse.delete(name);
      else inUse.set(name, model);
    }
  };
  await read();
  let last: Promise<void> = Promise.resolve();
  return {
    all,
    inUse,
    refresh: () => last = last.catch(() => undefined).then(read), // in turn: an answer that is late must not win
  };
}

/** A notification may be lost, as with a connection that nobody knows to be dead. */
const REFRESH_MS = 10_000;

/** Follows what other processes retire and restore, also where no notification tells of it. @returns ends it */
export async function followRetired(
  sql: Pick<Database, "listen">,
  set: Pick<ModelSet, "refresh">,
  { log, everyMs = REFRESH_MS }: { log: (line: string) => void; everyMs?: number },
): Promise<() => Promise<void>> {
  const refresh = () => void set.refresh().catch((error) => log(`models: ${messageOf(error)}`));
  const timer = setInterval(() => void set.refresh().catch(() => undefined), everyMs); // the next one tries again
  const { unlisten } = await sql.listen(MODELS_CHANNEL, refresh, refresh);
  return async () => {
    clearInterval(timer);
    await unlisten();
  };
}

/** Lists the models that have a retrainer and no file any more, and are not retired. */
export async function modelsWithoutFile(sql: Sql, { all }: Pick<ModelSet, "all">): Promise<string[]> {
  return (await modelsWithRetrainer(sql)).filter((model) => !all.has(model));
}
