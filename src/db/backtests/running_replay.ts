import type { Sql } from "../connect.ts";

/** How far a replay of history is on what serves. */
export interface RunningReplay {
  id: string;
  /** the newest cut-off that was replayed by every model; null: none yet */
  cutoff: string | null;
  /** cut-offs replayed by every model */
  done: number;
  cutoffs: number;
}

/** The replay that runs on what serves, or null where none does. */
export async function runningReplay(sql: Sql): Promise<RunningReplay | null> {
  const [row] = await sql<{ id: string; moments: Date[]; done: number }[]>`
    select b.id, b.moments, (
      select count(*)::int from (
        select s.as_of from backtest_steps s
        where s.backtest = b.id and s.policy = (
          select p ->> 'label' from jsonb_array_elements(b.policies) p where (p ->> 'live')::boolean limit 1)
        group by s.as_of having count(*) >= cardinality(b.models)) replayed) as done
    from backtests b
    where b.policies @> '[{"live": true}]'
      and not exists (select 1 from backtest_ends e where e.backtest = b.id and e.policy = '')
    order by b.created_at desc limit 1`;
  if (!row) return null;
  const moments = row.moments.map((at) => new Date(at).toISOString());
  return { id: row.id, cutoff: moments[row.done - 1] ?? null, done: row.done, cutoffs: moments.length };
}
