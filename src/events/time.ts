const STAMP =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * Milliseconds since the epoch of an ISO 8601 date and time (`T` or a space between them), or of a number of ms.
 * @param zone what a time without a zone is: an error, or UTC (files often leave it out)
 * @returns undefined where it is no time, names a day that does not exist, or lacks a zone that is needed
 */
export function parseTime(value: string | number, zone: "needed" | "utc"): number | undefined {
  if (typeof value === "number") return Math.trunc(value);
  const text = value.trim();
  if (/^\d{10,16}$/.test(text)) return Number(text);
  const [, day, clock = "00:00", offset] = STAMP.exec(text) ?? [];
  if (day === undefined || (offset === undefined && zone === "needed") || !exists(day)) return undefined;
  const ms = Date.parse(`${day}T${clock.replace(",", ".")}${normalOffset(offset ?? "Z")}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** `+05`, `+0530` and `utc` as the engine's parser wants them: `+05:00`, `+05:30`, `Z`. */
function normalOffset(offset: string): string {
  if (/^(z|utc)$/i.test(offset)) return "Z";
  return `${offset.slice(0, 3)}:${offset.slice(3).replace(":", "") || "00"}`;
}

/** Whether the calendar has this day: the engine's parser takes 30 February for 1 March. */
function exists(day: string): boolean {
  if (day.slice(8) <= "28") return true;
  const date = new Date(`${day}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
