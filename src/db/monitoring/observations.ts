import { Observation } from "../../monitoring/observation.ts";
import { Shapes } from "../../monitoring/shapes.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) =>
  sql`id, kind, model, key, as_of, answer, report, evidence_sha256, code_version, at`;

/** No index is used by `is not distinct from`. */
const ofModel = (sql: Sql, model: string | null) =>
  model === null ? sql`model is null` : sql`model = ${model}`;

/** Stores a look once per kind, model and key; a repeated call returns what was stored first. */
export async function saveObservation(
  sql: Sql,
  observation: Omit<Observation, "at"> & { shapes?: Shapes },
): Promise<Observation> {
  const { id, kind, model, key, asOf, answer, report, evidenceSha256, codeVersion, shapes } = observation;
  const reportJson = sql.json(report as never);
  const shapesJson = shapes ? sql.json(shapes as never) : null;
  await sql`insert into observations (id, kind, model, key, as_of, answer, report, evidence_sha256, code_version, shapes)
    values (${id}, ${kind}, ${model}, ${key}, ${asOf}, ${answer}, ${reportJson}, ${evidenceSha256},
            ${codeVersion}, ${shapesJson}) on conflict (kind, model, key) do nothing`;
  return (await findObservation(sql, { kind, model, key }))!;
}

/** The look that `key` asked for, or null. */
export async function findObservation(
  sql: Sql,
  { kind, model, key }: Pick<Observation, "kind" | "model" | "key">,
): Promise<Observation | null> {
  const [row] = await sql`select ${columns(sql)} from observations
    where kind = ${kind} and ${ofModel(sql, model)} and key = ${key}`;
  return row ? Observation.parse(row) : null;
}

/**
 * Returns the distributions of the inputs at a look; null: it is of something else, or older than the keeping of
 * shapes.
 */
export async function shapesOf(sql: Sql, id: string): Promise<Shapes | null> {
  const [row] = await sql`select shapes from observations where id = ${id}`;
  return Shapes.nullable().parse(row?.shapes ?? null);
}

/** @returns those of the ids that exist */
export async function getObservations(sql: Sql, ids: readonly string[]): Promise<Observation[]> {
  const rows = await sql`select ${columns(sql)} from observations where id = any(${ids as string[]}::uuid[])`;
  return readRows(Observation, rows);
}

/** Looks at one thing, newest first by the moment they hold for. Uses index `observations_newest`. */
export async function listObservations(
  sql: Sql,
  { kind, model, beforeMs, limit = 100 }: {
    kind: Observation["kind"];
    model: string | null;
    /** only looks as of a moment strictly before this one */
    beforeMs?: number;
    limit?: number;
  },
): Promise<Observation[]> {
  const rows = await sql`select ${columns(sql)} from observations
    where kind = ${kind} and ${ofModel(sql, model)}
      ${beforeMs === undefined ? sql`` : sql`and as_of < to_timestamp(${beforeMs}::float8 / 1000)`}
    order by as_of desc, at desc limit ${limit}`;
  return readRows(Observation, rows);
}

/**
 * Since when the looks at a version have found drift one after the other, as of moments before one; null: the newest did
 * not. Reads back to the first that did not, and no report beyond it.
 */
export async function driftedSince(
  sql: Sql,
  { model, version, beforeMs }: { model: string; version: number; beforeMs: number },
): Promise<string | null> {
  const [row] = await sql<{ since: string | null }[]>`
    with looks as (
      select as_of, at, answer, report from observations
      where kind = 'drift' and model = ${model} and as_of < to_timestamp(${beforeMs}::float8 / 1000)),
    other as (
      select as_of, at from looks
      where case when answer = 'drifted' then (report ->> 'version')::int <> ${version}::int else true end
      order by as_of desc, at desc limit 1)
    select min(as_of) as since from looks
    where as_of >= coalesce((select as_of from other), '-infinity')
      and (as_of, at) > (coalesce((select as_of from other), '-infinity'), coalesce((select at from other), '-infinity'))`;
  return row.since;
}

/**
 * Deletes looks older than a moment that no check rests on, at most `limit` at a time; the newest of a kind and model stays.
 * @returns sha256 of evidence that no other look refers to
 */
export async function pruneObservations(
  sql: Sql,
  { beforeMs, limit = 500 }: { beforeMs: number; limit?: number },
): Promise<string[]> {
  const rows = await sql<{ evidenceSha256: string }[]>`
    with gone as (
      delete from observations where id in (
        select o.id from observations o
        where o.at < to_timestamp(${beforeMs}::float8 / 1000)
          and not exists (select 1 from (select unnest(observations) as id from checks) used where used.id = o.id)
          and o.id not in (select distinct on (kind, model) id from observations
                           order by kind, model, as_of desc, at desc)
        order by o.at limit ${limit})
      returning id, evidence_sha256
    )
    select distinct evidence_sha256 from gone
    where evidence_sha256 not in (select evidence_sha256 from observations where id not in (select id from gone))`;
  return rows.map((row) => row.evidenceSha256);
}
