/** The schema that all migrations together make, as text that a review can read. Run as a program it renews schema.sql. */
import { connect, type Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { freshDatabase } from "../support/installation.ts";

export const SCHEMA_FILE = new URL("./schema.sql", import.meta.url);

const HEAD = "-- What the migrations make, for review. Renew with: deno task db:schema\n";

/** Tables in alphabetical order, each with its constraints, indexes and triggers; then functions. */
export async function dumpSchema(sql: Database): Promise<string> {
  const tables = await sql`select oid, relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname collate "C"`;
  const parts: string[] = [];
  for (const { oid, name } of tables) {
    const lines = [...await columnsOf(sql, oid), ...await constraintsOf(sql, oid)];
    parts.push([`create table ${name} (`, lines.map((line) => `  ${line}`).join(",\n"), ");"].join("\n"));
    parts[parts.length - 1] += (await extrasOf(sql, oid)).map((line) => `\n${line};`).join("");
  }
  const functions = await sql`select pg_get_functiondef(oid) as definition from pg_proc
    where pronamespace = 'public'::regnamespace
    order by proname collate "C", pg_get_function_identity_arguments(oid) collate "C"`;
  return HEAD + "\n" + [
    ...parts,
    ...functions.map(({ definition }) => `${definition.trim()};`),
  ].join("\n\n") + "\n";
}

async function columnsOf(sql: Database, table: number): Promise<string[]> {
  const rows = await sql`
    select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required, attidentity as identity,
      pg_get_expr(adbin, adrelid) as standard, attgenerated::text as made,
      (select collname from pg_collation where oid = attcollation and collname <> 'default') as collation
    from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = ${table} and attnum > 0 and not attisdropped order by attnum`;
  return rows.map(({ name, type, required, identity, standard, made, collation }) =>
    [
      `${name} ${type}`,
      collation && `collate "${collation}"`,
      required && "not null",
      identity === "a" && "generated always as identity",
      standard && (made === "" ? `default ${standard}` : `generated always as (${standard}) stored`),
    ].filter(Boolean).join(" ")
  );
}

/** All but "not null", which stands with its column. */
async function constraintsOf(sql: Database, table: number): Promise<string[]> {
  const rows = await sql`select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = ${table} and contype in ('p', 'u', 'f', 'c') order by contype, conname collate "C"`;
  return rows.map(({ name, definition }) => `constraint ${name} ${definition}`);
}

async function extrasOf(sql: Database, table: number): Promise<string[]> {
  const indexes = await sql`select pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid = ${table} and not exists (select from pg_constraint where conindid = indexrelid)
    order by indexrelid::regclass::text collate "C"`;
  const triggers = await sql`select pg_get_triggerdef(oid) as definition from pg_trigger
    where tgrelid = ${table} and not tgisinternal order by tgname collate "C"`;
  return [...indexes, ...triggers].map(({ definition }) => definition);
}

if (import.meta.main) {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 1 });
  await migrate(sql);
  await Deno.writeTextFile(SCHEMA_FILE, await dumpSchema(sql));
  await sql.end({ timeout: 5 });
}
