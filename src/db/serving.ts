import { z } from "zod";
import { ConflictError } from "../core/errors.ts";
import { ServingMove } from "../registry/version.ts";
import { inTransaction, type Sql } from "./connect.ts";

const columns = (sql: Sql) => sql`model, version, previous, kind, key, by, why, as_of, at`;

/** The version that serves, or null where none does yet. */
export async function servingVersion(sql: Sql, model: string): Promise<number | null> {
  const [row] = await sql`select version from serving where model = ${model}`;
  return row?.version ?? null;
}

/** What serves each model, and how often it changed: `revision` grows by one with each move. */
export async function servingNow(sql: Sql): Promise<{ model: string; version: number; revision: number }[]> {
  return [
    ...await sql<
      { model: string; version: number; revision: number }[]
    >`select model, version, revision from serving`,
  ];
}

/**
 * Moves what serves from `expected` (null: nothing yet) to `version`, and writes one row of history, in one transaction.
 * `key` (a cycle's or request's id) makes it happen once: a repeated call returns the move made first.
 * @throws {ConflictError} if something other than `expected` serves
 */
export async function moveServing(
  sql: Sql,
  move: Omit<ServingMove, "previous" | "at"> & { expected: number | null },
): Promise<ServingMove> {
  const { model, version, expected, kind, key, by, why, asOf } = move;
  return await inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${"serving of " + model}))`;
    const done = await moveOf(tx, model, key);
    if (done) return done;
    const moved = expected === null
      ? await tx`insert into serving (model, version, revision) values (${model}, ${version}, 1) on conflict do nothing`
      : await tx`update serving set version = ${version}, revision = revision + 1
                 where model = ${model} and version = ${expected}`;
    if (moved.count === 0) throw await conflict(tx, model, expected);
    await tx`update model_versions set state = 'deployed' where model = ${model} and version = ${version}`;
    const [row] = await tx`insert into serving_history (model, version, previous, kind, key, by, why, as_of)
      values (${model}, ${version}, ${expected}, ${kind}, ${key}, ${by}, ${why}, ${asOf}) returning ${
      columns(tx)
    }`;
    return ServingMove.parse(row);
  });
}

async function conflict(tx: Sql, model: string, expected: number | null): Promise<ConflictError> {
  const now = await servingVersion(tx, model);
  const name = (version: number | null) => version === null ? "no version" : `version ${version}`;
  return new ConflictError(
    `Cannot change what serves "${model}": expected ${name(expected)}, ${name(now)} serves`,
  );
}

/** The move that `key` made, or null. */
export async function moveOf(sql: Sql, model: string, key: string): Promise<ServingMove | null> {
  const [row] = await sql`select ${
    columns(sql)
  } from serving_history where model = ${model} and key = ${key}`;
  return row ? ServingMove.parse(row) : null;
}

/** Who served when: every move of a model, newest first. Uses index `serving_history_model`. */
export async function servingHistory(sql: Sql, model: string, limit = 1000): Promise<ServingMove[]> {
  const rows = await sql`select ${
    columns(sql)
  } from serving_history where model = ${model} order by id desc limit ${limit}`;
  return z.array(ServingMove).parse([...rows]);
}

/** The newest deployment of a model that nothing replaced since, or null. */
export async function lastMove(sql: Sql, model: string): Promise<ServingMove | null> {
  return (await servingHistory(sql, model, 1))[0] ?? null;
}
