import { InvalidInputError } from "../core/errors.ts";
import { DAY_MS, MINUTE_MS } from "../core/time.ts";

/** Turns the wall clock of a zone into a moment. */
export interface Zone {
  readonly name: string;
  /** @param wallMs the clock's reading, as if it were UTC */
  readonly toUtc: (wallMs: number) => number;
}

export const UTC: Zone = { name: "UTC", toUtc: (wallMs) => wallMs };

/**
 * Makes a zone of its IANA name. A reading that the clock skips in spring is taken as far behind the gap as it lies within
 * it; of one that occurs twice in autumn the first counts.
 * @throws {InvalidInputError} there is no such zone
 */
export function createZone(name: string): Zone {
  if (name.toUpperCase() === "UTC") return UTC;
  const offsets = offsetsOf(name);
  return {
    name,
    toUtc(wallMs) {
      const before = offsets(wallMs - DAY_MS);
      const after = offsets(wallMs + DAY_MS);
      if (before === after) return wallMs - before;
      const fits = [wallMs - before, wallMs - after].filter((ms) => ms + offsets(ms) === wallMs);
      return fits.length > 0 ? Math.min(...fits) : wallMs - before;
    },
  };
}

const STEP_MS = 15 * MINUTE_MS; // zones change at quarters of an hour
const REMEMBERED_MAX = 100_000;

/** The offset of a zone from UTC at a moment, in ms. */
function offsetsOf(name: string): (ms: number) => number {
  const format = formatOf(name);
  const known = new Map<number, number>();
  return (ms) => {
    const step = Math.floor(ms / STEP_MS);
    const offset = known.get(step);
    if (offset !== undefined) return offset;
    if (known.size > REMEMBERED_MAX) known.clear();
    const parts = Object.fromEntries(
      format.formatToParts(step * STEP_MS).map(({ type, value }) => [type, Number(value)]),
    );
    const { year, month, day, hour, minute, second } = parts;
    const found = Date.UTC(year, month - 1, day, hour, minute, second) - step * STEP_MS;
    known.set(step, found);
    return found;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const field = "numeric";
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      hourCycle: "h23",
      year: field,
      month: field,
      day: field,
      hour: field,
      minute: field,
      second: field,
    });
  } catch {
    throw new InvalidInputError(
      `There is no time zone "${timeZone}": need a name such as Europe/Berlin`,
      "zone",
    );
  }
}
