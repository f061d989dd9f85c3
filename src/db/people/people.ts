import { type Database, inTransaction, type Sql } from "../connect.ts";
import { arrayLiteral } from "../array_literal.ts";
import { withRetry } from "../retry.ts";

/** A shopper as the map knows them. */
export interface Person {
  /** stands for the shopper in every other table; random */
  readonly key: string;
  /** whether they object to being profiled: scored by the baseline, never trained on */
  readonly objects: boolean;
}

/** One shopper that is looked for, by the keyed hash of their id. */
export interface Asked {
  readonly hash: string;
  /** the hash before the newest secret was laid over it; null: no rotation is under way */
  readonly older: string | null;
}

/** What a look-up found. */
export interface Found {
  readonly people: ReadonlyMap<string, Person>;
  /** how many secrets hashes are made with by now */
  readonly layers: number;
}

/**
 * Finds shoppers by the hashes of their ids, in one statement; whoever is not known gets a key. Rows are made in the order
 * of their hashes, so that concurrent batches wait for each other instead of deadlocking.
 * @param asked each hash once
 * @param options.newKey of a shopper who is not known yet; left out: nobody is added
 * @param options.layers that the hashes were made with; where the map has more by now, nobody is added. 0: they are public,
 * and no secret is laid over them
 * @returns by `hash`
 */
export async function findPeople(
  sql: Sql,
  asked: readonly Asked[],
  { newKey, layers = 1 }: { newKey?: (hash: string) => string; layers?: number } = {},
): Promise<Found> {
  const hashes = arrayLiteral(asked.map(({ hash }) => hash));
  const older = arrayLiteral(asked.map((one) => one.older));
  const keys = arrayLiteral(asked.map(({ hash }) => newKey?.(hash) ?? null));
  const rows = await withRetry(
    sql,
    (sql) =>
      sql<{ hash: string | null; key: string | null; objects: boolean | null; layers: number }[]>`
    with asked as (
      select hash, older, key from unnest(
        ${hashes}::text::uuid[], ${older}::text::uuid[], ${keys}::text::uuid[]) as a(hash, older, key)
    ), known as (
      select a.hash, p.key, p.objected_at is not null as objects from asked a join people p on p.hash = a.hash
      union all
      select a.hash, p.key, p.objected_at is not null from asked a join people p on p.hash = a.older
    ), current as (
      select coalesce((select value::int from settings where name = 'people_layers'), 1) as layers
    ), made as (
      insert into people (hash, key, layer)
      select hash, key, ${layers}::int from asked
      where key is not null and hash not in (select hash from known)
        and (${layers}::int = 0 or ${layers}::int >= (select layers from current)) order by hash
      on conflict (hash) do update set hash = excluded.hash
      returning hash, key, objected_at is not null as objects
    )
    select found.hash, found.key, found.objects, current.layers
    from current left join (select * from known union all select * from made) as found on true`,
  );
  const people = new Map<string, Person>();
  for (const { hash, key, objects } of rows) {
    if (hash !== null) people.set(hash, { key: key!, objects: objects! });
  }
  return { people, layers: rows[0].layers };
}

/** Notes that a shopper objects to being profiled, from now on, or no longer. */
export async function setObjection(sql: Sql, key: string, objects: boolean): Promise<void> {
  await sql`update people set objected_at = ${objects ? sql`coalesce(objected_at, now())` : null}
    where key = ${key}`;
}

const REHASHED_AT_ONCE = 2000;

/**
 * Lays the newest secret over some of the hashes that lack it. Keys stay, so nothing else changes.
 * @returns how many; 0: none is left
 */
export async function rehashPeople(
  sql: Database,
  { layers, hashOf }: { layers: number; hashOf: (hash: string, layer: number) => string },
): Promise<number> {
  return await inTransaction(sql, async (tx) => {
    const rows = await tx<{ hash: string; layer: number }[]>`select hash, layer from people
      where layer > 0 and layer < ${layers} order by hash limit ${REHASHED_AT_ONCE} for update`;
    if (rows.length === 0) return 0;
    const before = arrayLiteral(rows.map(({ hash }) => hash));
    const after = arrayLiteral(rows.map(({ hash, layer }) => hashOf(hash, layer)));
    await tx`update people p set hash = again.after, layer = ${layers}
      from unnest(${before}::text::uuid[], ${after}::text::uuid[]) as again(before, after)
      where p.hash = again.before`;
    return rows.length;
  });
}
