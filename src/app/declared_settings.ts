import { FILE_AUTHOR, withDeclared } from "../config/declared.ts";
import { ConflictError } from "../core/errors.ts";
import { writeAudit } from "../db/access/audit.ts";
import { configHistory, currentConfig, saveConfig } from "../db/config/config_versions.ts";
import { type Database, inTransaction } from "../db/connect.ts";
import type { ModelDefinition } from "../models/model.ts";

/** Versions of the configuration that are asked who set a value; what is older counts as set by a person. */
const HISTORY_MAX = 1000;

/**
 * Puts in force what model files declare of the rows they are trained on, as settings of these models, and writes it
 * down. Processes that start at once do it once.
 */
export async function applyDeclaredSettings(
  sql: Database,
  models: ReadonlyMap<string, ModelDefinition>,
): Promise<void> {
  try {
    await inTransaction(sql, async (tx) => {
      const before = await currentConfig(tx);
      const config = withDeclared(before.config, [...models.values()], await configHistory(tx, HISTORY_MAX));
      if (!config) return;
      const why = "what the files of the models declare";
      const saved = await saveConfig(tx, { config, after: before.version, by: FILE_AUTHOR, why });
      await writeAudit(tx, {
        requestId: crypto.randomUUID(),
        who: FILE_AUTHOR,
        action: "config",
        target: "config",
        why,
        before: { version: before.version, config: before.config },
        after: { version: saved.version, config },
      });
    });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error; // another process put the same in force
  }
}
