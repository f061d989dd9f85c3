import { randomUUID } from "node:crypto";
import { writeAudit } from "../../db/access/audit.ts";
import type { Database } from "../../db/connect.ts";
import { importRow, type ImportUndone, undoImport } from "../../db/events/imports.ts";
import { inSerializableTransaction } from "../../db/retry.ts";

/**
 * Takes an import out again and writes that down, both or neither.
 * @throws {NotFoundError} there is no such import   @throws {ConflictError} it was undone before
 */
export async function undoneImport(
  sql: Database,
  id: number,
  { who, why, requestId = randomUUID() }: { who: string; why: string; requestId?: string },
): Promise<ImportUndone> {
  return await inSerializableTransaction(sql, async (tx) => {
    const { told: _told, ...before } = await importRow(tx, id);
    const undone = await undoImport(tx, id);
    await writeAudit(tx, {
      requestId,
      who,
      action: "undo import",
      target: `${id} ${before.name}`,
      why,
      before,
      after: undone,
    });
    return undone;
  });
}
