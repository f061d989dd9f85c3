import { gunzipSync } from "node:zlib";
import type { Clock } from "../../core/clock.ts";
import { UnreadableArtefactError } from "../../core/errors.ts";
import { DAY_MS } from "../../core/time.ts";
import type { Sql } from "../../db/connect.ts";
import {
  forgetOrphan,
  namedArtefacts,
  type Orphan,
  orphansSince,
  saveOrphans,
} from "../../db/models/artefact_orphans.ts";
import type { FileArtefacts, StoredFile } from "../../registry/artefacts.ts";
import { isOnlyUser } from "../installation_identity.ts";
import { counted } from "../../format/numbers.ts";

export interface SweepDeps {
  sql: Sql;
  clock: Clock;
  store: FileArtefacts;
  log: (line: string) => void;
}

/** What a sweep found and freed. */
export interface Swept {
  files: number;
  orphans: number;
  orphanBytes: number;
  deleted: number;
  deletedBytes: number;
}

/** A file younger than this may belong to a row that is about to be written; an orphan is looked at twice this far apart. */
const YOUNG_MS = DAY_MS;

/**
 * Deletes files of the artefact store that nothing has named for a day. A first sweep only lists them, so that the list
 * can be looked at before anything goes.
 */
export async function sweepFiles(deps: SweepDeps): Promise<Swept> {
  const { sql, clock, store, log } = deps;
  const nowMs = clock();
  const files = await store.list();
  const orphans = await orphansAmong(deps, files, nowMs);
  const before = await orphansSince(sql, nowMs - YOUNG_MS);
  await saveOrphans(sql, orphans, nowMs);
  const still = new Set(orphans.map(({ name }) => name));
  const due = await isOnlyUser(sql, store) ? before.filter(({ name }) => still.has(name)) : [];
  let deletedBytes = 0;
  let deleted = 0;
  for (const { name, bytes } of due) {
    if (!await store.removeIfOld(name, nowMs - YOUNG_MS)) continue;
    await forgetOrphan(sql, name);
    deleted++;
    deletedBytes += bytes;
  }
  const orphanBytes = sum(orphans);
  log(
    `Artefacts: ${counted(files.length, "file")}, ${orphans.length} (${
      megabytes(orphanBytes)
    }) named by nothing, ` +
      `${deleted} (${megabytes(deletedBytes)}) deleted`,
  );
  return { files: files.length, orphans: orphans.length, orphanBytes, deleted, deletedBytes };
}

/** Returns the old files that no row names, and nothing that a row names either. */
async function orphansAmong(
  { sql, store }: SweepDeps,
  files: readonly StoredFile[],
  nowMs: number,
): Promise<Orphan[]> {
  const named = await namedFiles(sql, store);
  return files.filter(({ name, changedMs }) => !named.has(name) && changedMs < nowMs - YOUNG_MS);
}

/** Returns every sha256 that a row names, or what was sealed and is named itself. */
export async function namedFiles(sql: Sql, store: FileArtefacts): Promise<Set<string>> {
  const named = await namedArtefacts(sql);
  const present = new Set((await store.list()).map(({ name }) => name)); // most names are of no file: nobody asks for them
  for (const name of [...named]) if (present.has(name)) await addNamedWithin(store, name, named);
  return named;
}

/** What was sealed may name other files: the rows that a judgement rests on. */
async function addNamedWithin(store: FileArtefacts, name: string, named: Set<string>): Promise<void> {
  const text = await sealedText(store, name);
  for (const [hash] of text.matchAll(/[0-9a-f]{64}/g)) {
    if (named.has(hash)) continue;
    named.add(hash);
    await addNamedWithin(store, hash, named);
  }
}

/** Returns the JSON of a sealed value; empty: it is none, or not there. */
async function sealedText(store: FileArtefacts, name: string): Promise<string> {
  if (!await store.isGzip(name)) return "";
  try {
    return gunzipSync(await store.get(name)).toString("utf8");
  } catch (error) {
    if (error instanceof UnreadableArtefactError) throw error; // it may name files that would else be taken for orphans
    return ""; // rows of numbers, or a file that is gone or damaged
  }
}

const sum = (orphans: readonly Orphan[]): number => orphans.reduce((total, { bytes }) => total + bytes, 0);
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
