import { DAY_MS } from "../../core/time.ts";
import {
  type DayCount,
  dayCounts,
  type DayInBrief,
  daysInBrief,
  hoursOfToday,
  type ImportInBrief,
  listImports,
  type NewestArrivals,
  newestArrivals,
  type RepeatCount,
  repeatsBySource,
} from "../../db/events/arrivals.ts";
import { type QuarantineReason, quarantineReasons } from "../../db/events/quarantine_list.ts";
import type { Clock } from "../../core/clock.ts";
import type { Sql } from "../../db/connect.ts";
import { type HourPoint, hoursBesideUsual } from "../../monitoring/usual_hours.ts";
import { currentMoment } from "../../app/as_of.ts";

/** All that the page about the events shows. */
export interface DataView {
  /** the moment it holds for */
  asOf: string;
  clock: "wall" | "pinned";
  /** events of the newest days, by type, oldest first */
  days: DayCount[];
  /** the newest week hour by hour, beside what the same hours of the weeks before brought */
  hours: HourPoint[];
  /** late and repeated events of the newest days, oldest first; of days that a look has profiled */
  brief: DayInBrief[];
  newest: NewestArrivals;
  repeats: RepeatCount[];
  imports: ImportInBrief[];
  reasons: QuarantineReason[];
}

const DAYS_SHOWN = 56;
const HOURS_DAYS = 7;
const USUAL_WEEKS = 6;

/** Reads counts that are kept already; of events themselves only the last day's and the newest thousand. */
export async function readDataView({ sql, clock }: { sql: Sql; clock: Clock }): Promise<DataView> {
  const { asOfMs, clock: kind } = await currentMoment(sql, clock);
  const today = Math.floor(asOfMs / DAY_MS);
  const from = today - DAYS_SHOWN + 1;
  const hoursFrom = today - HOURS_DAYS - 7 * USUAL_WEEKS;
  const [days, brief, todays, newest, repeats, imports, reasons] = await Promise.all([
    dayCounts(sql, { from, to: today }),
    daysInBrief(sql, { from: Math.min(from, hoursFrom), to: today }),
    hoursOfToday(sql, { fromMs: today * DAY_MS, toMs: asOfMs }),
    newestArrivals(sql, { asOfMs }),
    repeatsBySource(sql, { from: Math.floor(clock() / DAY_MS) - DAYS_SHOWN + 1 }),
    listImports(sql),
    quarantineReasons(sql),
  ]);
  return {
    asOf: new Date(asOfMs).toISOString(),
    clock: kind,
    days,
    newest,
    repeats,
    imports,
    reasons,
    hours: hoursBesideUsual({
      days: brief,
      today: todays,
      asOfMs,
      shownDays: HOURS_DAYS,
      weeks: USUAL_WEEKS,
    }),
    brief: brief.filter(({ day }) => day >= from),
  };
}
