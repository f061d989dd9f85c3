import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { claimDatabase } from "../../app/installation_identity.ts";
import { prepareDatabase } from "../../app/security/open_database.ts";
import type { Config } from "../../config/environment.ts";
import { SHOP_FILE } from "../../config/shop_variables.ts";
import { shopPlaces } from "../../config/shops.ts";
import { ConflictError } from "../../core/errors.ts";
import { connect, type Database } from "../../db/connect.ts";
import { migrate } from "../../db/migrate.ts";
import { APP_ROLE } from "../../db/roles.ts";
import { closeDatabase, listShopDatabases, makeShopDatabase } from "../../db/shops.ts";
import { makeShopNamespace } from "../../embedded/temporal_namespace.ts";
import { connectTemporal } from "../../temporal/connect.ts";
import {
  newShopKeys,
  readShopFile,
  shopFiles,
  shopFolder,
  type ShopVariables,
  writeShopFile,
} from "./file.ts";

/** The servers that shops share, and where their files are kept. */
export interface SharedServers {
  config: Config;
  /** as who may make databases and roles */
  owner: Database;
  ownerUrl: string;
  temporalAddress: string;
  /** `stateHome()` */
  state: string;
  /** of the first shop's installation */
  home: string;
}

/** What a shop begins with. */
export interface NewShop {
  shop: string;
  /** of its API; left out: the next one that no shop of this machine has */
  port?: number;
  /** that its processes may have to Postgres at a time */
  connections: number;
  /** whether its tables are left to `perennial restore` */
  empty: boolean;
}

/** The first port that is given to a shop beside the first one; those before it are of probes. */
const FIRST_PORT = 8011;

/**
 * Makes what a shop needs on servers that it shares with others: a database with a role of its own, a namespace of
 * Temporal, a prefix of the artefact store, keys; and its file. Repeated after a fault, it goes on with what is there.
 * @throws {ConflictError} it is there, and its file is not
 */
export async function addShop(servers: SharedServers, wanted: NewShop): Promise<ShopVariables> {
  const { owner, ownerUrl, state, home } = servers;
  const { shop, connections, empty } = wanted;
  const places = shopPlaces(shop);
  const folder = shopFolder(state, shop);
  const known = await readShopFile(folder);
  if (known === null) await refuseWithoutFile(owner, shop);
  const variables = known ?? await newVariables(servers, wanted);
  await writeShopFile(folder, variables); // first: what is made next has its password and keys
  const { password } = new URL(variables.DATABASE_URL);
  await makeShopDatabase(owner, { shop, ...places, password, connections });
  await closeFirst(servers);
  await makeNamespace(servers, { shop, namespace: places.namespace });
  if (!empty) await makeTables(ownerUrl, { shop, variables, home });
  return variables;
}

/** Returns where a new shop's data will be, with keys of its own. */
async function newVariables(
  { config, ownerUrl, temporalAddress, state, home }: SharedServers,
  { shop, port }: NewShop,
): Promise<ShopVariables> {
  const places = shopPlaces(shop);
  const password = randomBytes(24).toString("hex");
  return {
    PERENNIAL_SHOP: shop,
    DATABASE_URL: urlAs(ownerUrl, { ...places, password }),
    TEMPORAL_NAMESPACE: places.namespace,
    ...config.TEMPORAL_ADDRESS === undefined && { TEMPORAL_ADDRESS: temporalAddress },
    PERENNIAL_ARTEFACTS: `${config.PERENNIAL_ARTEFACTS ?? join(home, "artefacts")}/${places.prefix}`,
    PERENNIAL_PORT: String(port ?? await nextPort(state)),
    ...newShopKeys(),
  };
}

/** New keys would be of no use with what a shop has already. @throws {ConflictError} it has a database */
async function refuseWithoutFile(owner: Database, shop: string): Promise<void> {
  if (!(await listShopDatabases(owner)).some((listed) => listed.shop === shop)) return;
  throw new ConflictError(
    `Cannot add the shop "${shop}": it has a database, and its file ${SHOP_FILE} is not on this machine. Put it back, ` +
      `or remove the shop first`,
  );
}

/** Returns an address of Postgres as another role, in another database. */
function urlAs(
  url: string,
  { database, role, password }: { database: string; role: string; password: string },
): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  changed.username = role;
  changed.password = password;
  return changed.href;
}

async function nextPort(state: string): Promise<number> {
  const ports = (await shopFiles(state)).map(({ variables }) => Number(variables.PERENNIAL_PORT ?? 0));
  return Math.max(FIRST_PORT - 1, ...ports) + 1;
}

/** Shuts the first shop's database to the roles of others: whoever may use the server may connect to a new database. */
async function closeFirst({ owner, config }: SharedServers): Promise<void> {
  const [{ database }] = await owner`select current_database() as database`;
  const role = config.DATABASE_URL === undefined
    ? APP_ROLE
    : decodeURIComponent(new URL(config.DATABASE_URL).username);
  const [known] = await owner`select 1 from pg_roles where rolname = ${role}`;
  if (known) await closeDatabase(owner, { database, role });
}

async function makeNamespace(
  { config, temporalAddress: address }: SharedServers,
  { shop, namespace }: { shop: string; namespace: string },
): Promise<void> {
  const connection = await connectTemporal(address, config);
  try {
    await makeShopNamespace(connection, { address, namespace }, shop);
  } finally {
    await connection.close();
  }
}

/** Makes the tables as their owner, says whose they are, and lets the shop's role work with them. */
async function makeTables(
  firstUrl: string,
  { shop, variables: { DATABASE_URL: appUrl }, home }: {
    shop: string;
    variables: ShopVariables;
    home: string;
  },
): Promise<void> {
  const owned = new URL(firstUrl);
  owned.pathname = new URL(appUrl).pathname;
  const owner = connect(owned.href, { max: 1 });
  try {
    await migrate(owner);
    await claimDatabase(owner, shop);
  } finally {
    await owner.end({ timeout: 5 });
  }
  await prepareDatabase({ ownerUrl: owned.href, appUrl, home, shop });
}
