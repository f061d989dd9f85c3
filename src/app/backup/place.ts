import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvalidInputError } from "../../core/errors.ts";
import { type FileArtefacts, fileArtefacts } from "../../registry/artefacts.ts";
import { listObjects, s3Artefacts, s3Bucket } from "../../registry/s3_artefacts.ts";
import type { S3Access } from "../../registry/s3_client.ts";
import { ARTEFACTS, MANIFEST } from "./manifest.ts";

/** Where backups lie: a folder, or a bucket of which a folder holds what is worked on. */
export interface BackupPlace {
  /** the folder, or `s3://bucket/prefix` */
  name: string;
  folder: string;
  artefacts: FileArtefacts;
  /** Brings the files of one backup into the folder. */
  fetch(id: string): Promise<void>;
  /** Stores the files of one backup, its manifest last: without it they are no backup. */
  store(id: string): Promise<void>;
  /** Deletes one backup, its manifest first. */
  forget(id: string): Promise<void>;
}

/** Backups in a folder of this machine. */
export const folderPlace = (folder: string): BackupPlace => ({
  name: folder,
  folder,
  artefacts: fileArtefacts(join(folder, ARTEFACTS)),
  fetch: () => Promise.resolve(),
  store: () => Promise.resolve(),
  forget: (id) => forgetIn(folder, id),
});

/** One request takes no more, and all of a file is in memory meanwhile. */
const LARGEST = 2_000_000_000;

/** Backups in a bucket; their manifests are brought into an empty folder at once. */
export async function s3BackupPlace(access: S3Access, folder: string): Promise<BackupPlace> {
  const bucket = s3Bucket(access);
  const filesOf = async (id: string) =>
    (await listObjects(bucket, { below: `${id}/` })).map(({ path }) => path);
  const bring = async (path: string) => {
    const bytes = await bucket.get(path);
    if (bytes === null) {
      throw new InvalidInputError(`Cannot read ${bucket.place}/${path}: it is gone`, "backup");
    }
    await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, path), bytes, { mode: 0o600 });
  };
  for (const { path } of await listObjects(bucket)) {
    if (new RegExp(`^[^/]+/${MANIFEST}$`).test(path)) await bring(path);
  }
  return {
    name: bucket.place,
    folder,
    artefacts: s3Artefacts({ ...access, prefix: `${access.prefix}${ARTEFACTS}/` }),
    async fetch(id) {
      for (const path of await filesOf(id)) await bring(path);
    },
    async store(id) {
      const paths = (await pathsIn(folder, id)).filter((path) => path !== `${id}/${MANIFEST}`);
      for (const path of [...paths, `${id}/${MANIFEST}`]) {
        await needSmall(join(folder, path));
        await bucket.put(path, await readFile(join(folder, path)));
      }
    },
    async forget(id) {
      await bucket.delete(`${id}/${MANIFEST}`);
      for (const path of await filesOf(id)) await bucket.delete(path);
      await forgetIn(folder, id);
    },
  };
}

async function forgetIn(folder: string, id: string): Promise<void> {
  await rm(join(folder, id, MANIFEST));
  await rm(join(folder, id), { recursive: true });
}

async function pathsIn(folder: string, id: string): Promise<string[]> {
  const entries = await readdir(join(folder, id), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

async function needSmall(path: string): Promise<void> {
  const { size } = await stat(path);
  if (size <= LARGEST) return;
  throw new InvalidInputError(
    `Cannot store "${path}" in a bucket: it has ${size} bytes, at most ${LARGEST} go; back up into a folder`,
    "backup",
  );
}
