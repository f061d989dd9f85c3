/** The newest events of a shopper's day, kept in `user_days.newest` while a model names session features (migration 0056). */
import { NEWEST_MAX } from "../../features/user_day.ts";

/** The setting that says whether they are kept: of the installation, so that every process that stores events heeds it. */
export const KEPT_SETTING = "keeps_newest_events";

/** Whether they are kept now: once a statement, not once an event. */
export const ARE_KEPT = `exists (select 1 from settings where name = '${KEPT_SETTING}' and value = 'true')`;

/** The newest of a group of events. @param condition under which they are gathered at all; else null */
export function newestOf(condition: string): string {
  const numbers = `event_numbers(at, type, session_code, category_code, price)`;
  const all = `array_agg(${numbers}) filter (where ${condition})`;
  return `case when count(*) <= ${NEWEST_MAX} then ${all} else newest_events(${all}, ${NEWEST_MAX}) end`;
}

/** Takes later events of a day in; once some of its events were not kept, the day has none. */
export const NEWEST_MERGE = `case
  when user_days.newest is null or excluded.newest is null then null
  when array_length(user_days.newest, 1) + array_length(excluded.newest, 1) <= ${NEWEST_MAX}
    then user_days.newest || excluded.newest
  else newest_events(user_days.newest || excluded.newest, ${NEWEST_MAX}) end`;

/** Whether a row has all that it should: one that an older release, or nobody, kept does not. */
export const IS_COMPLETE = `coalesce(array_length(newest, 1), 0) =
  least(${NEWEST_MAX}, views + carts + purchases + returns + others)`;
