import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { NotFoundError } from "../../core/errors.ts";

/** What one backup holds. It is written last: a folder without it is no backup. */
export const Manifest = z.object({
  format: z.literal(1),
  id: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z-[0-9a-f]{6}$/),
  createdAt: z.iso.datetime(),
  perennial: z.string().describe("version that wrote it"),
  migrations: z.array(z.string()).min(1),
  tables: z.array(z.object({
    schema: z.string().regex(/^(public|backtest_[a-z0-9_]+)$/),
    name: z.string().regex(/^[a-z_0-9]+$/),
    columns: z.array(z.string()),
    file: z.string().regex(/^[a-z_0-9.]+\.copy\.gz$/),
    bytes: z.int(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/).describe("of the file"),
  })),
  sequences: z.array(z.object({
    schema: z.string(),
    table: z.string(),
    column: z.string(),
    last: z.number().nullable(),
  })),
  artefacts: z.array(z.string().regex(/^[0-9a-f]{64}$/)).describe(
    "files that its rows name, by their sha256",
  ),
  store: z.object({ id: z.string() }).nullable().describe("the artefact store that they are from"),
  secrets: z.boolean(),
});
export type Manifest = z.infer<typeof Manifest>;

export const ARTEFACTS = "artefacts";
export const MANIFEST = "manifest.json";
export const SECRETS = "secrets.json";

/** Names a backup by its moment, which sorts; the rest keeps two of one second apart. */
export const backupId = (nowMs: number, random: string): string =>
  `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-")}Z-${random.slice(0, 6)}`;

/** Lists the whole backups of a folder, the oldest first. */
export async function listBackups(folder: string): Promise<Manifest[]> {
  const names = await readdir(folder).catch(() => []);
  const backups: Manifest[] = [];
  for (const name of names.sort()) {
    const text = await readFile(join(folder, name, MANIFEST), "utf8").catch(() => null);
    if (text !== null) backups.push(Manifest.parse(JSON.parse(text)));
  }
  return backups;
}

/** The backup of this id; left out, the newest. `name`: of the place, for the error. @throws {NotFoundError} there is none */
export async function findBackup(folder: string, id?: string, name = folder): Promise<Manifest> {
  const backups = await listBackups(folder);
  const backup = id === undefined ? backups.at(-1) : backups.find((one) => one.id === id);
  if (!backup && id === undefined) throw new NotFoundError("a backup in", name);
  if (!backup) throw new NotFoundError("backup", `${id} in ${name}`);
  return backup;
}
