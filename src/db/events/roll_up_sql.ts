import { DAY_OF_AT, STORED_DAY_COLUMNS, STORED_DAY_SELECT, USER_DAY_MERGE } from "./user_day_sql.ts";

/**
 * The statement that adds events to `user_days`, in the order of its keys.
 * @param from relation of new events with their shopper, session, type, codes, price, quantity, amount and time
 */
export const addUserDays = (from: string): string =>
  `insert into user_days (${STORED_DAY_COLUMNS})
  select ${STORED_DAY_SELECT} from ${from} where user_key is not null
  group by user_key, day order by user_key, day
  ${USER_DAY_MERGE}`;

/** The statement that adds events to `day_counts`, in the order of its keys; each connection has a slot of its own there. */
export const addDayCounts = (from: string): string =>
  `insert into day_counts as stored (day, type, slot, events, anonymous, priced, first_at, last_at)
  select ${DAY_OF_AT} as day, type, pg_backend_pid() % 16, count(*), count(*) filter (where user_key is null),
         count(*) filter (where amount > 0), min(at), max(at)
  from ${from} group by 1, 2 order by 1, 2
  on conflict (day, type, slot) do update set
    events = stored.events + excluded.events, anonymous = stored.anonymous + excluded.anonymous,
    priced = stored.priced + excluded.priced,
    first_at = least(stored.first_at, excluded.first_at), last_at = greatest(stored.last_at, excluded.last_at)`;
