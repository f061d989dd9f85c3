import { DAY_MS, HOUR_MS } from "../core/time.ts";
import { anyText } from "../core/text.ts";
import type { Columns, Source } from "./columns.ts";
import type { RecordData } from "./path.ts";
import type { ImportPlan, PlanField } from "./plan.ts";

/** Tells when an order was, in a file that only says how many days after the one before. @returns undefined: it cannot */
export type DaySteps = (record: RecordData) => number | undefined;

/**
 * Counts the days of each shopper's orders from a stated day on, the first order on its own weekday. A shopper's orders must
 * follow each other in the file.
 */
export function createDaySteps(
  { start, user, order, days, weekday, hour }: NonNullable<ImportPlan["daySteps"]>,
  columns: Columns,
  sources: ReadonlyMap<PlanField, Source>,
): DaySteps {
  const read = (name: string) => {
    const found = columns.named(name, sources);
    return (record: RecordData) => found[0]?.read(record, undefined);
  };
  const startMs = Date.parse(start);
  const [userOf, orderOf, daysOf, weekdayOf, hourOf] = [user, order, days, weekday, hour].map(read);
  const last = new Map<string, { order: string; day: number }>();
  return (record) => {
    const key = anyText(userOf(record));
    const known = last.get(key);
    const thisOrder = anyText(orderOf(record));
    let day = known?.day ?? Number(weekdayOf(record) ?? 0);
    if (known && known.order !== thisOrder) day += Number(daysOf(record) ?? NaN);
    const ms = startMs + day * DAY_MS + Number(hourOf(record) || 0) * HOUR_MS;
    if (!Number.isFinite(ms)) return undefined;
    last.set(key, { order: thisOrder, day });
    return ms;
  };
}
