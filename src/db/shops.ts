import type { Database } from "./connect.ts";
import { makeRole } from "./roles.ts";

/** What the comment of a shop's database begins with: by it the database is found. */
const MARK = "Perennial shop: ";

/** A database of a shop, and the only role that may connect to it beside its owner's. */
interface ShopDatabase {
  shop: string;
  database: string;
  role: string;
}

/**
 * Makes the database of a shop, and the role that its processes have. Nobody else can connect to it, and the role can
 * connect to no other shop's. What is there already stays.
 * @param owner connected as a role that may make databases and roles   @param shop.password of the role
 * @param shop.connections that the role may have at a time
 */
export async function makeShopDatabase(
  owner: Database,
  { shop, database, role, password, connections }: ShopDatabase & { password: string; connections: number },
): Promise<void> {
  if (!/^[0-9a-f]{32,}$/.test(password)) {
    throw new RangeError(`Cannot use the password of "${role}": need at least 32 hexadecimal digits`);
  }
  const [knownRole] = await owner`select 1 from pg_roles where rolname = ${role}`;
  if (!knownRole) await makeRole(owner, role, password); // what it may is changed by superusers alone
  await owner.unsafe(`alter role ${role} password '${password}' connection limit ${connections}`);
  const [known] = await owner`select 1 from pg_database where datname = ${database}`;
  if (!known) await owner.unsafe(`create database ${database} template template0 encoding 'UTF8'`);
  await closeDatabase(owner, { database, role });
  await owner.unsafe(`comment on database ${database} is '${MARK}${shop}'`);
}

/** Lets a role connect to a database, and nobody else any more but its owner. */
export async function closeDatabase(
  owner: Database,
  { database, role }: { database: string; role: string },
): Promise<void> {
  await owner`grant connect on database ${owner(database)} to ${owner(role)}`;
  await owner`revoke connect, temporary on database ${owner(database)} from public`;
}

/** A shop that shares this Postgres. */
export interface ListedShop {
  shop: string;
  database: string;
  bytes: number;
  /** that are open now */
  connections: number;
}

/** Lists the shops that `makeShopDatabase()` made on this server, by name. */
export async function listShopDatabases(owner: Database): Promise<ListedShop[]> {
  return await owner<ListedShop[]>`select substr(note, ${MARK.length + 1}) as shop, datname as database,
      pg_database_size(oid)::float8 as bytes,
      (select count(*)::int from pg_stat_activity a where a.datid = d.oid and backend_type = 'client backend') as connections
    from (select oid, datname, shobj_description(oid, 'pg_database') as note from pg_database) d
    where starts_with(note, ${MARK}) order by shop`;
}

/** Deletes the database of a shop with all that is in it, and its role. Repeated, it finds nothing. */
export async function dropShopDatabase(
  owner: Database,
  { database, role }: Pick<ShopDatabase, "database" | "role">,
): Promise<void> {
  await owner.unsafe(`drop database if exists ${database}`);
  await owner.unsafe(`drop role if exists ${role}`);
}

/** Lists other shops' databases that a role could connect to: none, if all is as it was made. */
export async function otherShopsOpenTo(sql: Database, role: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select datname as name from pg_database
    where datname <> current_database() and starts_with(shobj_description(oid, 'pg_database'), ${MARK})
      and has_database_privilege(${role}, oid, 'connect') order by datname`;
  return rows.map(({ name }) => name);
}
