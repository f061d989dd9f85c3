import { ACCESS_ACTIONS } from "./access/audit.ts";
import type { Sql } from "./connect.ts";

/** Tokens that change when there is something new to show; cheap, since they are read often. */
export interface Revisions {
  /** of looks at models and events, and of what people said about them */
  looks: string;
  /** of events, imports and the quarantine */
  data: string;
  /** of backtests, and of how far the one that runs is */
  backtests: string;
}

const DAYS_COUNTED = 60;

/** Goes by primary keys, but for two small tables. Whatever a person changes is in the audit; who got in is no news to a page. */
export async function readRevisions(sql: Sql): Promise<Revisions> {
  const [row] = await sql`select
    (select concat_ws('/', newest.at, (select count(*) from observations o where o.at > newest.at - interval '1 minute'))
      from (select max(at) as at from observations) newest) as looks,
    (select id from audit where action <> all(${[...ACCESS_ACTIONS]}) order by id desc limit 1) as audit,
    (select max(id) from quarantine) as aside,
    (select max(updated_at)::text from imports) as imports,
    (select count(*) from backtests) as backtests,
    (select count(*) from backtest_ends) as ends,
    (select count(*) from backtest_steps s where s.backtest in (select id from backtests b
      where not exists (select 1 from backtest_ends e where e.backtest = b.id and e.policy = ''))) as steps,
    (select sum(events) from day_counts
      where day > (select max(day) from day_counts) - ${DAYS_COUNTED}::integer) as events`;
  return {
    looks: [row.looks, row.audit].join("/"),
    data: [row.events, row.imports, row.aside, row.audit].join("/"),
    backtests: [row.backtests, row.ends, row.steps].join("/"),
  };
}
