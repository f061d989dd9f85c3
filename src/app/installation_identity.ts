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
  const mark = await readMark(folder);
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
  if (known?.id !== id || known.folder !== folder) await putSetting(sql, "artefacts", { id, folder });
  return { id, isThere: true };
}

async function readMark(folder: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, STORE_MARK), "utf8")).trim();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "")) return null;
    throw error;
  }
}

async function writeMark(folder: string, id: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, STORE_MARK), `${id}\n`);
}
