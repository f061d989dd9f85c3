import { z } from "zod";
import type { Sql } from "../../db/connect.ts";
import { getSetting, putSetting } from "../../db/settings.ts";

/** The newest backup of a database, as the database itself remembers it. */
const LastBackup = z.object({ at: z.iso.datetime(), folder: z.string(), id: z.string() });
export type LastBackup = z.infer<typeof LastBackup>;

const NAME = "last_backup";

export const saveLastBackup = (sql: Sql, last: LastBackup): Promise<void> => putSetting(sql, NAME, last);

/** Returns the newest backup; null: none was ever made. */
export async function lastBackup(sql: Sql): Promise<LastBackup | null> {
  return LastBackup.nullable().parse(await getSetting(sql, NAME));
}
