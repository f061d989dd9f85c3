import { z } from "zod";
import { ConflictError } from "../../core/errors.ts";
import { RetrainingConfig } from "../../config/retraining.ts";
import type { Sql } from "../connect.ts";

/** A configuration as it was put in force. */
export const ConfigVersion = z.object({
  version: z.int(),
  config: RetrainingConfig,
  by: z.string(),
  why: z.string(),
  at: z.iso.datetime(),
});
export type ConfigVersion = z.infer<typeof ConfigVersion>;

/** The configuration before anyone changed anything. */
export const DEFAULT_CONFIG: ConfigVersion = {
  version: 0,
  config: RetrainingConfig.parse({}),
  by: "perennial",
  why: "defaults",
  at: new Date(0).toISOString(),
};

/** The configuration in force: the newest version; the defaults, as version 0, before anyone changed one. */
export async function currentConfig(sql: Sql): Promise<ConfigVersion> {
  const [row] =
    await sql`select version, config, by, why, at from config_versions order by version desc limit 1`;
  if (row) return ConfigVersion.parse(row);
  return DEFAULT_CONFIG;
}

/** All versions, newest first. */
export async function configHistory(sql: Sql, limit = 100): Promise<ConfigVersion[]> {
  const rows =
    await sql`select version, config, by, why, at from config_versions order by version desc limit ${limit}`;
  return z.array(ConfigVersion).parse([...rows]);
}

/** Puts a configuration in force as the version after `after`. @throws {ConflictError} if another one came in between */
export async function saveConfig(
  sql: Sql,
  { config, after, by, why }: { config: RetrainingConfig; after: number; by: string; why: string },
): Promise<ConfigVersion> {
  const [row] = await sql`insert into config_versions (version, config, by, why)
    values (${after + 1}, ${sql.json(config)}, ${by}, ${why}) on conflict (version) do nothing
    returning version, config, by, why, at`;
  if (!row) {
    throw new ConflictError(
      `Cannot save the configuration: version ${after + 1} exists; read it and try again`,
    );
  }
  return ConfigVersion.parse(row);
}
