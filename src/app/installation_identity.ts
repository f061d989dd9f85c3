import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import type { Sql } from "../db/connect.ts";
import { getSetting, putSetting } from "../db/settings.ts";
import { STORE_MARK } from "../registry/artefacts.ts";

/** The Temporal namespace that a database's workflows live in. `id` stays the same for as long as Temporal's store. */
const KnownTemporal = z.object({ id: z.string(), places: z.array(z.string()) });
/** The artefact store of a database. */
const KnownStore = z.object({ id: z.string(), folder: z.string() });

/** The Temporal that a process is about to use. */
export interface TemporalIdentity {
  /** of the namespace; null: the server tells nobody */
  id: string | null;
  /** where it is, for a person to read */
  place: string;
}

const MOVE_OVER = "start once with --adopt to move over";

/**
 * Remembers which Temporal a database belongs to. The same place with another id is a store that was lost: workflows are
 * begun again from the database.
 * @returns whether the store was lost   @throws {InvalidInputError} it is another Temporal than before
 */
export async function checkTemporal(
  sql: Sql,
  { id, place }: TemporalIdentity,
  { adopt = false } = {},
): Promise<{ lost: boolean }> {
  const known = KnownTemporal.nullable().parse(await getSetting(sql, "temporal"));
  const own = id ?? place;
  if (known === null || known.id === own) {
    const places = [...new Set([...known?.places ?? [], place])].slice(-10);
    if (known === null || places.length > known.places.length) {
      await putSetting(sql, "temporal", { id: own, places });
    }
    return { lost: false };
  }
  const lost = known.places.includes(place);
  if (!lost && !adopt) {
    throw new InvalidInputError(
      `Cannot use Temporal at ${place}: this database's workflows live at ${
        known.places.join(" and ")
      }, and two ` +
        `Temporals would both act on it. Set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE to that one; or stop everything ` +
        `that runs there and ${MOVE_OVER}`,
      "TEMPORAL_ADDRESS",
    );
  }
  await putSetting(sql, "temporal", { id: own, places: [place] });
  return { lost: true };
}

/** Returns where a database's workflows live, where that is another Temporal than this one; null: it is the same. */
export async function checkTemporalIs(sql: Sql, id: string | null): Promise<string[] | null> {
  const known = KnownTemporal.nullable().parse(await getSetting(sql, "temporal"));
  return known === null || id === null || known.id === id ? null : known.places;
}

/** The artefact store that a database belongs to, and what a folder's mark says; null: nothing. */
export async function storeIdentity(
  sql: Sql,
  given: string,
): Promise<{ known: { id: string; folder: string } | null; mark: string | null }> {
  const known = KnownStore.nullable().parse(await getSetting(sql, "artefacts"));
  return { known, mark: (await readMark(resolve(given)))?.id ?? null };
}

/**
 * Remembers which artefact folder a database belongs to. The same folder without its mark is one that is not mounted
 * yet: it is used as soon as it is.
 * @returns the id of the store, and whether it is there   @throws {InvalidInputError} it is another folder than before
 */
export async function checkStore(
  sql: Sql,
  given: string,
  { adopt = false } = {},
): Promise<{ id: string; isThere: boolean }> {
  const folder = resolve(given);
  const known = KnownStore.nullable().parse(await getSetting(sql, "artefacts"));
  const mark = (await readMark(folder))?.id ?? null;
  if (known !== null && mark === null && folder === known.folder && !adopt) {
    return { id: known.id, isThere: false };
  }
  if (known !== null && mark !== known.id && !adopt) {
    const what = mark === null
      ? "an artefact folder without a mark"
      : "the artefact folder of another database";
    throw new InvalidInputError(
      `Cannot use "${folder}": it is ${what}, and this database's models are in "${known.folder}". Set ` +
        `PERENNIAL_ARTEFACTS to that one; or copy its files over and ${MOVE_OVER}`,
      "PERENNIAL_ARTEFACTS",
    );
  }
  const id = mark ?? known?.id ?? crypto.randomUUID();
  if (mark === null) await writeMark(folder, id);
  await addUser(sql, folder, id);
  if (known?.id !== id || known.folder !== folder) await putSetting(sql, "artefacts", { id, folder });
  return { id, isThere: true };
}

/** Refuses a folder that is another store's. @throws {InvalidInputError} */
export async function needOwnStore(given: string, id: string): Promise<void> {
  const mark = (await readMark(given))?.id ?? null;
  if (mark === null || mark === id) return;
  throw new InvalidInputError(`Cannot restore into "${given}": it is another store's`, "PERENNIAL_ARTEFACTS");
}

/** Makes a folder, into which a store's files were copied, this database's store. @throws {InvalidInputError} it is another's */
export async function adoptStore(sql: Sql, given: string, id: string): Promise<void> {
  const folder = resolve(given);
  const mark = (await readMark(folder))?.id ?? null;
  if (mark !== null && mark !== id) {
    throw new InvalidInputError(
      `Cannot restore into "${folder}": it is another store's`,
      "PERENNIAL_ARTEFACTS",
    );
  }
  if (mark === null) await writeMark(folder, id);
  await addUser(sql, folder, id);
  await putSetting(sql, "artefacts", { id, folder });
}

/** The mark of a folder: the id of the store, and the databases that have used it, one a line. */
async function readMark(folder: string): Promise<{ id: string; users: string[] } | null> {
  try {
    const [id, ...users] = (await readFile(join(folder, STORE_MARK), "utf8")).trim().split("\n");
    return { id: id.trim(), users };
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "")) return null;
    throw error;
  }
}

async function writeMark(folder: string, id: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, STORE_MARK), `${id}\n`);
}

/** Notes in the folder that this database uses it. */
async function addUser(sql: Sql, folder: string, id: string): Promise<void> {
  const user = await databaseId(sql);
  const users = (await readMark(folder))?.users ?? [];
  if (!users.includes(user)) {
    await writeFile(join(folder, STORE_MARK), `${[id, ...users, user].join("\n")}\n`);
  }
}

/** Whether no other database has ever used a folder: then what this one does not name is named by nobody. */
export async function isOnlyUser(sql: Sql, folder: string): Promise<boolean> {
  const users = (await readMark(folder))?.users;
  return users?.length === 1 && users[0] === await databaseId(sql);
}

async function databaseId(sql: Sql): Promise<string> {
  const known = z.string().nullable().parse(await getSetting(sql, "database"));
  if (known !== null) return known;
  const made = crypto.randomUUID();
  await putSetting(sql, "database", made);
  return made;
}
