import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import type { Sql } from "../db/connect.ts";
import { claimSetting, getSetting, putSetting } from "../db/settings.ts";
import type { FileArtefacts } from "../registry/artefacts.ts";

/** The Temporal namespace that a database's workflows live in. `id` stays the same for as long as Temporal's store. */
const KnownTemporal = z.object({ id: z.string(), places: z.array(z.string()) });
/** The artefact store of a database; its folder, or `s3://bucket/prefix`. */
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

/** Writes down whose a database is, in one that is nobody's yet. @throws {InvalidInputError} it is another shop's */
export async function claimDatabase(sql: Sql, shop: string): Promise<void> {
  await claimSetting(sql, "shop", shop);
  await checkShop(sql, shop);
}

/**
 * Refuses a database that is not the shop's which was named; one that was never a shop's of several is taken where none is.
 * @throws {InvalidInputError}
 */
export async function checkShop(sql: Sql, shop: string | undefined): Promise<void> {
  const known = z.string().nullable().parse(await getSetting(sql, "shop"));
  if (known === (shop ?? null)) return;
  const whose = known === null ? "no shop of several" : `the shop "${known}"`;
  const cure = known === null
    ? `"perennial shops add ${shop}" makes one of its own; without PERENNIAL_SHOP it serves as before`
    : `set PERENNIAL_SHOP=${known}, or DATABASE_URL to the right one`;
  throw new InvalidInputError(
    `Cannot serve ${shop === undefined ? "without a shop" : `the shop "${shop}"`} from this database: ` +
      `it belongs to ${whose}; ${cure}`,
    "PERENNIAL_SHOP",
  );
}

/** A store whose mark can be read and written. */
type MarkedStore = Pick<FileArtefacts, "place" | "folder" | "readMark" | "writeMark">;

/** The artefact store that a database belongs to, and what the mark of this one says; null: nothing. */
export async function storeIdentity(
  sql: Sql,
  store: MarkedStore,
): Promise<{ known: { id: string; folder: string } | null; mark: string | null }> {
  const known = KnownStore.nullable().parse(await getSetting(sql, "artefacts"));
  return { known, mark: (await readMark(store))?.id ?? null };
}

/**
 * Remembers which artefact store a database belongs to. The same place without its mark is a folder that is not mounted
 * yet, and one whose mark cannot be read is a server that does not answer: it is used as soon as it is there.
 * @returns the id of the store, and whether it is there   @throws {InvalidInputError} it is another store than before
 */
export async function checkStore(
  sql: Sql,
  store: MarkedStore,
  { adopt = false } = {},
): Promise<{ id: string; isThere: boolean }> {
  const { place } = store;
  const known = KnownStore.nullable().parse(await getSetting(sql, "artefacts"));
  const isKnownPlace = known?.folder === place && !adopt;
  const mark = await readMark(store).catch((error) => {
    if (isKnownPlace && !(error instanceof InvalidInputError)) return null;
    throw error;
  });
  if (known !== null && mark === null && isKnownPlace) return { id: known.id, isThere: false };
  if (known !== null && mark?.id !== known.id && !adopt) {
    const noun = store.folder === null ? "store" : "folder";
    const what = mark === null
      ? `an artefact ${noun} without a mark`
      : `the artefact ${noun} of another database`;
    throw new InvalidInputError(
      `Cannot use "${place}": it is ${what}, and this database's models are in "${known.folder}". Set ` +
        `PERENNIAL_ARTEFACTS to that one; or copy its files over and ${MOVE_OVER}`,
      "PERENNIAL_ARTEFACTS",
    );
  }
  const id = mark?.id ?? await claimMark(store, known?.id ?? crypto.randomUUID());
  await addUser(sql, store, id);
  if (known?.id !== id || known.folder !== place) await putSetting(sql, "artefacts", { id, folder: place });
  return { id, isThere: true };
}

/** Refuses a place that is another store's. @throws {InvalidInputError} */
export async function needOwnStore(store: MarkedStore, id: string): Promise<void> {
  const mark = (await readMark(store))?.id ?? null;
  if (mark === null || mark === id) return;
  throw new InvalidInputError(
    `Cannot restore into "${store.place}": it is another store's`,
    "PERENNIAL_ARTEFACTS",
  );
}

/** Makes a place, into which a store's files were copied, this database's store. @throws {InvalidInputError} it is another's */
export async function adoptStore(sql: Sql, store: MarkedStore, id: string): Promise<void> {
  await needOwnStore(store, id);
  await claimMark(store, id);
  await addUser(sql, store, id);
  await putSetting(sql, "artefacts", { id, folder: store.place });
}

/** The mark of a store: its id, and the databases that have used it, one a line. */
async function readMark(store: MarkedStore): Promise<{ id: string; users: string[] } | null> {
  const text = await store.readMark();
  if (text === null) return null;
  const [id, ...users] = text.trim().split("\n");
  return { id: id.trim(), users };
}

/** Marks a store. @returns the id that stands there: of several processes that start at once the first one's */
async function claimMark(store: MarkedStore, id: string): Promise<string> {
  await store.writeMark(`${id}\n`, { onlyNew: true });
  return (await readMark(store))?.id ?? id;
}

/** Notes in the store that this database uses it. */
async function addUser(sql: Sql, store: MarkedStore, id: string): Promise<void> {
  const user = await databaseId(sql);
  const users = (await readMark(store))?.users ?? [];
  if (users.includes(user)) return;
  await store.writeMark(`${[id, ...users, user].join("\n")}\n`, { onlyNew: false });
}

/** Whether no other database has ever used a store: then what this one does not name is named by nobody. */
export async function isOnlyUser(sql: Sql, store: MarkedStore): Promise<boolean> {
  const users = (await readMark(store))?.users;
  return users?.length === 1 && users[0] === await databaseId(sql);
}

const databaseId = async (sql: Sql): Promise<string> =>
  z.string().parse(await claimSetting(sql, "database", crypto.randomUUID()));
