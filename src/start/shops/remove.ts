import { rm } from "node:fs/promises";
import { type Config, s3Place } from "../../config/environment.ts";
import { shopPlaces } from "../../config/shops.ts";
import { ConflictError, NotFoundError } from "../../core/errors.ts";
import { dropShopDatabase, listShopDatabases } from "../../db/shops.ts";
import { removeNamespace } from "../../embedded/temporal_namespace.ts";
import { listObjects, s3Bucket } from "../../registry/s3_artefacts.ts";
import { connectTemporal } from "../../temporal/connect.ts";
import { s3Access } from "../artefacts.ts";
import type { SharedServers } from "./add.ts";
import { readShopFile, shopFolder } from "./file.ts";

/** A folder with all that is in it, also where it is gone already. */
const GONE = { recursive: true, force: true } as const;

/**
 * Deletes all that a shop has: workflows, rows, role, artefacts, keys. Backups stay. Its file goes last, so that it can be
 * repeated after a fault.
 * @returns where artefacts were left: in a place that is not the one it was given; null: nowhere
 * @throws {NotFoundError} there is no such shop   @throws {ConflictError} processes of it run
 */
export async function removeShop(servers: SharedServers, shop: string): Promise<string | null> {
  const places = shopPlaces(shop);
  const folder = shopFolder(servers.state, shop);
  const variables = await readShopFile(folder);
  const listed = (await listShopDatabases(servers.owner)).find((one) => one.shop === shop);
  if (variables === null && listed === undefined) throw new NotFoundError("shop", shop);
  if (listed && listed.connections > 0) {
    throw new ConflictError(
      `Cannot remove the shop "${shop}": its database has ${listed.connections} connections. Stop its processes first`,
    );
  }
  await removeWorkflows(servers, places.namespace);
  await dropShopDatabase(servers.owner, places);
  const artefacts = variables?.PERENNIAL_ARTEFACTS ?? "";
  const isItsOwn = artefacts.endsWith(`/${places.prefix}`); // else a person chose it, and may keep more there
  if (isItsOwn) await removeArtefacts(servers.config, artefacts);
  await rm(folder, GONE);
  return isItsOwn || artefacts === "" ? null : artefacts;
}

async function removeWorkflows(
  { config, temporalAddress: address }: SharedServers,
  namespace: string,
): Promise<void> {
  const connection = await connectTemporal(address, config);
  try {
    await removeNamespace(connection, { address, namespace });
  } finally {
    await connection.close();
  }
}

/** Deletes every file of a store. @param artefacts a folder, or `s3://bucket/prefix` */
export async function removeArtefacts(config: Config, artefacts: string): Promise<void> {
  const place = s3Place(artefacts);
  if (place === null) return await rm(artefacts, GONE);
  const bucket = s3Bucket(s3Access(config, place));
  for (const { path } of await listObjects(bucket)) await bucket.delete(path);
}
