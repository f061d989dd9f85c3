import { z } from "zod";
import { Backtest, BacktestEnd, BacktestStep } from "../../backtest/backtest.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) => sql`id, models, policies, moments, scored_from, config, by, why, created_at`;

/** Writes down what was asked for; the same id again changes nothing. */
export async function saveBacktest(sql: Sql, b: Omit<Backtest, "createdAt">): Promise<void> {
  await sql`insert into backtests (id, models, policies, moments, scored_from, config, by, why)
    values (${b.id}, ${b.models}, ${sql.json(b.policies as never)}, ${b.moments}::timestamptz[],
      ${sql.json(b.scoredFrom)}, ${sql.json(b.config)}, ${b.by}, ${b.why}) on conflict (id) do nothing`;
}

/** @throws {NotFoundError} there is none of this id */
export async function getBacktest(sql: Sql, id: string): Promise<Backtest> {
  const [row] = await sql`select ${columns(sql)} from backtests where id = ${id}`;
  if (!row) throw new NotFoundError("backtest", id);
  return Backtest.parse(row);
}

/** A backtest with how far it is. */
export const BacktestRow = Backtest.extend({
  done: z.int(),
  state: z.enum(["running", "finished", "failed", "cancelled", "lost"]),
  text: z.string().nullable().describe("how it ended"),
  endedAt: z.iso.datetime().nullable(),
});
export type BacktestRow = z.infer<typeof BacktestRow>;

/** Backtests, newest first. Uses index `backtests_created`. */
export async function listBacktests(
  sql: Sql,
  { id, limit = 100 }: { id?: string; limit?: number } = {},
): Promise<BacktestRow[]> {
  const columnList = columns(sql);
  const rows =
    await sql`select ${columnList}, coalesce(e.state, 'running') as state, e.text, e.at as ended_at,
      (select count(*)::int from backtest_steps s where s.backtest = b.id) as done
    from backtests b left join backtest_ends e on e.backtest = b.id and e.policy = ''
    where ${id === undefined ? sql`true` : sql`b.id = ${id}`} order by b.created_at desc limit ${limit}`;
  return readRows(BacktestRow, rows);
}

/** The id of the newest in which a policy runs on what serves, or null where there is none. */
export async function newestReplay(sql: Sql): Promise<string | null> {
  const [row] = await sql`select id from backtests where policies @> '[{"live": true}]'
    order by created_at desc limit 1`;
  return row?.id ?? null;
}

/** Ids of those that have not ended. */
export async function runningBacktests(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from backtests b
    where not exists (select 1 from backtest_ends e where e.backtest = b.id and e.policy = '') order by created_at`;
  return rows.map(({ id }) => id);
}

/** Returns the backtests that were lost since a moment, with why. */
export async function lostBacktests(sql: Sql, sinceMs: number): Promise<{ id: string; text: string }[]> {
  const rows = await sql<{ id: string; text: string }[]>`select backtest as id, text from backtest_ends
    where policy = '' and state = 'lost' and at >= ${new Date(sinceMs).toISOString()} order by at`;
  return [...rows];
}

/** A step with where its predictions are. */
export type SavedStep = BacktestStep & { predictionsSha256: string | null };

/** Writes a step down; the first one stands. */
export async function saveStep(sql: Sql, backtest: string, s: SavedStep): Promise<void> {
  await sql`insert into backtest_steps (backtest, policy, model, as_of, run, why, outcome, trained, version, rows,
      metrics, predictions_sha256)
    values (${backtest}, ${s.policy}, ${s.model}, ${s.asOf}, ${s.run}, ${s.why}, ${s.outcome}, ${s.trained},
      ${s.version}, ${s.rows}, ${s.metrics && sql.json(s.metrics)}, ${s.predictionsSha256})
    on conflict (backtest, policy, model, as_of) do nothing`;
}

/** Steps of a backtest, or of one policy and model of it, oldest first. */
export async function listSteps(
  sql: Sql,
  { backtest, policy, model }: { backtest: string; policy?: string; model?: string },
): Promise<SavedStep[]> {
  const rows = await sql`select policy, model, as_of, run, why, outcome, trained, version, rows, metrics,
      predictions_sha256 from backtest_steps
    where backtest = ${backtest} and ${policy === undefined ? sql`true` : sql`policy = ${policy}`}
      and ${model === undefined ? sql`true` : sql`model = ${model}`} order by model, policy, as_of`;
  return z.array(BacktestStep.extend({ predictionsSha256: z.string().nullable() })).parse([...rows]);
}

/** Writes down how a policy, or with an empty one the whole, ended; the first end stands. */
export async function endBacktest(
  sql: Sql,
  backtest: string,
  { policy, state, text }: Omit<BacktestEnd, "at">,
): Promise<void> {
  await sql`insert into backtest_ends (backtest, policy, state, text)
    values (${backtest}, ${policy}, ${state}, ${text}) on conflict do nothing`;
}

/** Lists how the policies of a backtest, and the whole, ended so far. */
export async function listEnds(sql: Sql, backtest: string): Promise<BacktestEnd[]> {
  const rows =
    await sql`select policy, state, text, at from backtest_ends where backtest = ${backtest} order by at`;
  return z.array(BacktestEnd).parse([...rows]);
}

/** The result of a training, and its duration. */
interface TrainingRow {
  resultSha256: string;
  seconds: number;
}

/** A training that was done before, or null. */
export async function findTraining(sql: Sql, key: string): Promise<TrainingRow | null> {
  const [row] = await sql`select result_sha256, seconds from backtest_trainings where key = ${key}`;
  return (row as TrainingRow | undefined) ?? null;
}

/** Remembers a training; a newer one takes its place, as where a file was lost. */
export async function saveTraining(sql: Sql, key: string, row: TrainingRow): Promise<void> {
  await sql`insert into backtest_trainings (key, result_sha256, seconds)
    values (${key}, ${row.resultSha256}, ${row.seconds})
    on conflict (key) do update set result_sha256 = excluded.result_sha256`;
}

/** Notes that a scope needed a training. */
export async function saveUse(
  sql: Sql,
  { scope, model, key }: { scope: string; model: string; key: string },
): Promise<void> {
  await sql`insert into backtest_uses (scope, model, key) values (${scope}, ${model}, ${key}) on conflict do nothing`;
}

/** Seconds of training that scopes needed, by model: as if each had trained for itself. */
export async function trainingSeconds(
  sql: Sql,
  scopes: readonly string[],
): Promise<{ scope: string; model: string; seconds: number }[]> {
  return [
    ...await sql<{ scope: string; model: string; seconds: number }[]>`
      select scope, model, round(sum(seconds)::numeric, 3)::float8 as seconds from backtest_uses join backtest_trainings using (key)
      where scope = any(${scopes as string[]}) group by scope, model`,
  ];
}
