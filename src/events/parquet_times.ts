/** Days, clock times and moments without a zone, as Parquet keeps them: as text they are read by the same rules as in CSV. */
import type { FileMetaData, SchemaElement } from "hyparquet";

/** A column of days, of moments that do not say their zone, or of clock times, so many of whose units make a millisecond. */
export type TimeForm = "day" | "local" | { readonly perMs: number };

const PER_MS = { MILLIS: 1, MICROS: 1_000, NANOS: 1_000_000 } as const;

/** Returns how such columns are stored, by name; two of one name that differ are left as they are. */
export function timeColumns({ schema }: FileMetaData): ReadonlyMap<string, TimeForm> {
  const forms = new Map<string, TimeForm>();
  for (const [name, elements] of Map.groupBy(schema, ({ name }) => name)) {
    const form = formOf(elements[0]);
    if (form !== undefined && elements.length === 1) forms.set(name, form);
  }
  return forms;
}

function formOf({ logical_type: logical, converted_type: converted }: SchemaElement): TimeForm | undefined {
  if (logical?.type === "DATE" || converted === "DATE") return "day";
  if (logical?.type === "TIMESTAMP") return logical.isAdjustedToUTC ? undefined : "local";
  if (logical?.type === "TIME") return { perMs: PER_MS[logical.unit] };
  if (converted === "TIME_MILLIS") return { perMs: PER_MS.MILLIS };
  return converted === "TIME_MICROS" ? { perMs: PER_MS.MICROS } : undefined;
}

/** Years that text has in four digits. */
const [TEXT_FROM_MS, TEXT_TO_MS] = [Date.UTC(1, 0, 1), Date.UTC(9999, 11, 31)];

/** "2011-03-29", "2011-03-29T08:26:00.000" or "08:26:00.000"; what cannot be told so stays as it is stored. */
export function timeText(stored: unknown, form: TimeForm): unknown {
  if (typeof form === "object") {
    const ms = Math.floor(Number(stored) / form.perMs);
    const isClock = (typeof stored === "number" || typeof stored === "bigint") && ms >= 0 && ms < 86_400_000;
    return isClock ? new Date(ms).toISOString().slice(11, -1) : stored;
  }
  if (!(stored instanceof Date) || !(stored.getTime() >= TEXT_FROM_MS && stored.getTime() <= TEXT_TO_MS)) {
    return stored;
  }
  const text = stored.toISOString();
  return form === "day" ? text.slice(0, 10) : text.slice(0, -1);
}
