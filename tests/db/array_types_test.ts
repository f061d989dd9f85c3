import assert from "node:assert/strict";
import { ARRAY_OIDS } from "../../src/db/array_types.ts";
import { connect } from "../../src/db/connect.ts";
import { watchStatements } from "../../src/db/statements.ts";
import { withInstallation } from "../support/installation.ts";
import { withEvents } from "./events_support.ts";

Deno.test("several first statements of a cold pool read arrays as arrays, inside and outside of transactions", () =>
  withInstallation(async ({ databaseUrl }) => {
    for (let turn = 0; turn < 5; turn++) {
      const sql = connect(databaseUrl, { max: 4 });
      try {
        const one = () => sql`select array['a', 'b c'] as xs`;
        const within = () => sql.begin((tx) => tx`select array['a', 'b c'] as xs`);
        const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => i % 2 ? one() : within()));
        for (const [{ xs }] of answers) assert.deepEqual(xs, ["a", "b c"]);
      } finally {
        await sql.end({ timeout: 5 });
      }
    }
  }));

Deno.test("a cold pool asks the server for no types: nothing can be read before they are known", () =>
  withInstallation(async ({ databaseUrl }) => {
    const sql = connect(databaseUrl, { max: 2 });
    const heard: string[] = [];
    const end = watchStatements(({ text }) => {
      heard.push(text);
      return () => undefined;
    });
    try {
      await Promise.all([sql`select 1`, sql`select 2`]);
      assert.deepEqual(heard.toSorted(), ["select 1", "select 2"]);
    } finally {
      end();
      await sql.end({ timeout: 5 });
    }
  }));

const T = "2026-11-30T10:00:00.000Z";
const ID = "00000000-0000-4000-8000-000000000001";
for (
  const [type, values] of [
    ["bool", [true, false, null]],
    ["int4", [1, -2, null]],
    ["int8", [1, 2 ** 40, null]],
    ["float8", [1.5, -0.25, null]],
    ["text", ["", "a b", 'q"\\,{}', "null", "NULL", null]],
    ["uuid", [ID, null]],
    ["timestamptz", [T, null]],
    ["jsonb", [{ a: [1, "x"] }, null]],
  ] as const
) {
  Deno.test(`an array of ${type} goes into a database and comes back the same, also empty and nested`, () =>
    withInstallation(async ({ databaseUrl }) => {
      const sql = connect(databaseUrl, { max: 1 });
      try {
        const sent = type === "bool" ? values.map((value) => value === null ? null : String(value)) : values;
        const cast = type === "bool" ? sql`::text[]::bool[]` : sql`::${sql.unsafe(type)}[]`;
        const [{ same, none }] = await sql`select ${sent as never}${cast} as same,
          ${[] as never}${cast} as none`;
        assert.deepEqual(same, values);
        assert.deepEqual(none, []);
      } finally {
        await sql.end({ timeout: 5 });
      }
    }));
}

Deno.test("the array types of all columns are known, under the oids that the server has for them", () =>
  withEvents(async (sql) => {
    const rows = await sql`select typname as name, typarray::int as oid from pg_type
      where typname = any(${Object.keys(ARRAY_OIDS)}) and typnamespace = 'pg_catalog'::regnamespace`;
    const server = Object.fromEntries(rows.map(({ name, oid }) => [name, oid]));
    assert.deepEqual(server, ARRAY_OIDS);
    const used =
      await sql`select distinct atttypid::int as oid from pg_attribute a join pg_type t on t.oid = atttypid
      join pg_class c on c.oid = attrelid
      where t.typcategory = 'A' and attnum > 0 and relkind = 'r' and relnamespace = 'public'::regnamespace`;
    const known = new Set<number>(Object.values(ARRAY_OIDS));
    assert.deepEqual(used.filter(({ oid }) => !known.has(oid)), []);
  }));
