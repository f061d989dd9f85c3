import { addMessage } from "../../db/access/outbox.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";
import { activeModels } from "../../db/cycles/retrainers.ts";
import { IMPORT } from "../../format/import_caller.ts";

/**
 * Asks each retrainer whose automatic checks are on for one check, since an import brought events in: it comes within
 * seconds of a service that runs, else of its start.
 * @param request id of the import; asked for again, nothing happens   @returns the models that are checked
 */
export function checkAfterImport(sql: Sql, request: string): Promise<string[]> {
  return inTransaction(sql, async (tx) => {
    const models = await activeModels(tx);
    for (const model of models) {
      const key = `import/${request}/${model}`;
      const change = { requestId: key, by: IMPORT, why: "events were imported" };
      await addMessage(tx, {
        key,
        target: `retrainer/${model}`,
        message: { action: "check", model, change },
      });
    }
    return models;
  });
}
