import { z } from "zod";
import { ConflictError } from "../../core/errors.ts";
import { ServingMove } from "../../registry/version.ts";
import { ArmShare } from "../../rollout/plan.ts";
import { inTransaction, type Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) => sql`model, version, previous, kind, share, rollout, key, by, why, as_of, at`;

/** The version that serves, or null where none does yet. */
export async function servingVersion(sql: Sql, model: string): Promise<number | null> {
  const [row] = await sql`select version from serving where model = ${model}`;
  return row?.version ?? null;
}

/** A version that takes part in a rollout. `shown` false: it answers, but shoppers are given the champion's answer. */
export const ServingArm = ArmShare.extend({ shown: z.boolean() });
export type ServingArm = z.infer<typeof ServingArm>;

/** The versions that serve a model: the champion, unless a shopper falls to an arm of the rollout that runs. */
export const ServingState = z.object({
  model: z.string(),
  champion: z.int(),
  revision: z.int().describe("grows with every change of what serves"),
  arms: z.array(ServingArm),
  salt: z.string().describe("id of the rollout that runs; empty: none does"),
});
export type ServingState = z.infer<typeof ServingState>;

/**
 * Returns the versions that serve a model now, or null where none does yet. Each change notifies `perennial_serving`.
 */
export async function servingState(sql: Sql, model: string): Promise<ServingState | null> {
  const [row] = await sql`select model, version as champion, revision::float8 as revision, arms, salt
    from serving where model = ${model}`;
  return row ? ServingState.parse(row) : null;
}

/** Returns the revision of what serves, for every model that something serves. */
export async function servingRevisions(sql: Sql): Promise<{ model: string; revision: number }[]> {
  return [
    ...await sql<{ model: string; revision: number }[]>`
    select model, revision::float8 as revision from serving`,
  ];
}

/** A change that a caller wants made once, by its `key`: a cycle's or a request's id. */
type WantedMove = Omit<ServingMove, "previous" | "at" | "share" | "rollout"> & { expected: number | null };

/**
 * Moves what serves from `expected` (null: nothing yet) to `version`, and writes one row of history, in one transaction.
 * A rollout that runs ends with it. `key` makes it happen once: a repeated call returns the move made first.
 * @throws {ConflictError} if something other than `expected` serves
 */
export async function moveServing(sql: Sql, move: WantedMove): Promise<ServingMove> {
  const { model, version, expected, kind, key, by, why, asOf } = move;
  return await inTransaction(sql, async (tx) => {
    await lockServing(tx, model);
    const done = await moveOf(tx, model, key);
    if (done) return done;
    const moved = expected === null
      ? await tx`insert into serving (model, version, revision) values (${model}, ${version}, 1) on conflict do nothing`
      : await tx`update serving set version = ${version}, revision = revision + 1, arms = '[]', salt = ''
                 where model = ${model} and version = ${expected}`;
    if (moved.count === 0) throw await conflict(tx, model, expected);
    const [ended] = await tx`update rollouts set ended_at = now(), ended_why = ${why},
        state = case when ${version} = any(challengers) then 'promoted' else 'superseded' end
      where model = ${model} and state = 'running' returning id`;
    await tx`update model_versions set state = 'deployed' where model = ${model} and version = ${version}`;
    const rollout: string | null = ended?.id ?? null;
    return await addRow(tx, {
      model,
      version,
      previous: expected,
      kind,
      share: 1,
      rollout,
      key,
      by,
      why,
      asOf,
    });
  });
}

/** Waits for its turn: what serves a model changes one after another. Held until the transaction ends. */
export async function lockServing(tx: Sql, model: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext(${"serving of " + model}))`;
}

/**
 * Gives the arms of a rollout their shares, with a row of history for each that changed. Call it inside a transaction
 * that holds {@link lockServing}.
 * @throws {ConflictError} if something other than `champion` serves
 */
export async function shareServing(
  tx: Sql,
  { model, champion, rollout, arms, key, by, why, asOf }: {
    model: string;
    champion: number;
    rollout: string;
    arms: readonly ServingArm[];
    key: string;
    by: string;
    why: string;
    asOf: string;
  },
): Promise<void> {
  const before = await servingState(tx, model);
  if (before?.champion !== champion) throw await conflict(tx, model, champion);
  await tx`update serving set arms = ${tx.json([...arms])}, salt = ${arms.length > 0 ? rollout : ""},
    revision = revision + 1 where model = ${model}`;
  const was = new Map(
    before.salt === rollout ? before.arms.map((arm) => [arm.version, shownShare(arm)]) : [],
  );
  const is = new Map(arms.map((arm) => [arm.version, shownShare(arm)]));
  for (const version of new Set([...was.keys(), ...is.keys()])) {
    const share = is.get(version) ?? 0;
    if ((was.get(version) ?? 0) === share) continue;
    const row = { model, version, previous: champion, share, rollout, by, why, asOf };
    await addRow(tx, { ...row, kind: "share", key: `${key}/${version}` });
  }
}

const shownShare = ({ share, shown }: ServingArm): number => shown ? share : 0;

/** Takes the arms of a rollout away: everyone gets the champion again. Call it as {@link shareServing}. */
export async function unshareServing(
  tx: Sql,
  { model, champion, challenger, rollout, key, by, why, asOf }: {
    model: string;
    champion: number;
    challenger: number;
    rollout: string;
    key: string;
    by: string;
    why: string;
    asOf: string;
  },
): Promise<ServingMove> {
  await tx`update serving set arms = '[]', salt = '', revision = revision + 1
    where model = ${model} and salt = ${rollout}`;
  const row = { model, version: champion, previous: challenger, share: 1, rollout, key, by, why, asOf };
  return await addRow(tx, { ...row, kind: "roll back" });
}

async function addRow(tx: Sql, row: Omit<ServingMove, "at">): Promise<ServingMove> {
  const { model, version, previous, kind, share, rollout, key, by, why, asOf } = row;
  const [added] = await tx`insert into serving_history
      (model, version, previous, kind, share, rollout, key, by, why, as_of)
    values (${model}, ${version}, ${previous}, ${kind}, ${share}, ${rollout}, ${key}, ${by}, ${why}, ${asOf})
    returning ${columns(tx)}`;
  return ServingMove.parse(added);
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
  const columnList = columns(sql);
  const [row] = await sql`select ${columnList} from serving_history where model = ${model} and key = ${key}`;
  return row ? ServingMove.parse(row) : null;
}

/** Moves of the version that everyone gets: no shares, and no roll-back of one that not everyone had. */
const ofChampion = (sql: Sql) => sql`kind <> 'share' and not (kind = 'roll back' and rollout is not null)`;

/** Lists every move of a model's champion, newest first. Uses index `serving_history_model`. */
export async function servingHistory(sql: Sql, model: string, limit = 1000): Promise<ServingMove[]> {
  const rows = await sql`select ${columns(sql)} from serving_history
    where model = ${model} and ${ofChampion(sql)} order by id desc limit ${limit}`;
  return readRows(ServingMove, rows);
}

/** Every change of what serves a model, shares too, newest first. Uses index `serving_history_model`. */
export async function servingChanges(sql: Sql, model: string, limit = 1000): Promise<ServingMove[]> {
  const columnList = columns(sql);
  const rows =
    await sql`select ${columnList} from serving_history where model = ${model} order by id desc limit ${limit}`;
  return readRows(ServingMove, rows);
}

/** The newest deployment of a model that nothing replaced since, or null. */
export async function lastMove(sql: Sql, model: string): Promise<ServingMove | null> {
  return (await servingHistory(sql, model, 1))[0] ?? null;
}
