import { checkDatabase, connect, type Database } from "../db/connect.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";
import { readConfig } from "../config/environment.ts";
import { artefactStore } from "../start/artefacts.ts";
import { definedModels } from "../start/models.ts";
import { openValue } from "../registry/sealed.ts";
import { locateHistory } from "./locate.ts";

/** An installation's past, to read. */
export interface History {
  /** the server refuses every change over these connections */
  readonly sql: Database;
  readonly store: ArtefactStore;
  readonly models: ReadonlyMap<string, ModelDefinition>;
  /** opens sealed evidence. @throws {ArtefactError} it is gone, or not what was sealed */
  open(sha256: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens the past of an installation, its database read-only. @param artefacts folder or s3:// of its sealed files */
export async function openHistory(databaseUrl: string, artefacts: string): Promise<History> {
  const sql = connect(databaseUrl, { max: 4, readOnly: true });
  await checkDatabase(sql, databaseUrl);
  const config = readConfig({ ...Deno.env.toObject(), PERENNIAL_ARTEFACTS: artefacts });
  const store = artefactStore(config, artefacts);
  const { models, close } = await definedModels({ config, log: console.error });
  return {
    sql,
    store,
    models,
    open: (sha256) => openValue(store, sha256),
    close() {
      close();
      return sql.end({ timeout: 5 });
    },
  };
}

/** Permissions that a notebook does not need: the kernel begins with all, and `deno jupyter` takes no flag for less. */
const GIVEN_UP = ["run", "ffi", "write", "sys"] as const;

/**
 * Opens, for the first cell of a notebook, the past of the installation that `deno task notebook` names, else of the
 * one that runs on this machine, and gives up the permissions that reading does not need.
 * @param options.keep permissions that the notebook wants all the same, as "write" for a file of its own
 * @throws {NoHistoryError} nothing runs here; says what to do
 */
export async function connectToHistory(
  { keep = [] }: { keep?: readonly typeof GIVEN_UP[number][] } = {},
): Promise<History> {
  const { databaseUrl, artefacts } = await locateHistory({ env: Deno.env.toObject(), uid: Deno.uid() });
  const history = await openHistory(databaseUrl, artefacts);
  for (const name of GIVEN_UP) if (!keep.includes(name)) await Deno.permissions.revoke({ name });
  return history;
}
