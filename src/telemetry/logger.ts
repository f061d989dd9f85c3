import type { Clock } from "../core/clock.ts";
import { correlation } from "../core/correlation.ts";
import type { Log, LogFields } from "../core/log.ts";

/** How lines of the log look: for a person, or for a collector of logs. */
export type LogFormat = "text" | "json";

interface LoggerOptions {
  format: LogFormat;
  /** takes a finished line */
  write: (line: string) => void;
  clock: Clock;
  /** that every line names, where several share servers */
  shop?: string;
}

/** Returns a log whose lines have a time, a level, and the ids of the request or workflow in whose name they are. */
export function createLogger({ format, write, clock, shop }: LoggerOptions): Log {
  const always = shop === undefined ? {} : { shop };
  const toLine = format === "json" ? jsonLine : textLine;
  return (message, given = {}) => {
    const { level = "info", ...fields } = given;
    const time = new Date(clock()).toISOString();
    write(toLine({ time, level, message, fields: { ...always, ...correlation(), ...fields } }));
  };
}

interface Entry {
  time: string;
  level: string;
  message: string;
  fields: Omit<LogFields, "level">;
}

function jsonLine({ time, level, message, fields }: Entry): string {
  return JSON.stringify({ ...fields, time, level, message });
}

function textLine({ time, level, message, fields }: Entry): string {
  const named = Object.entries(fields).filter(([, value]) => value !== undefined);
  const pairs = named.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
  return `${time} ${level.padEnd(5)} ${message}${pairs && ` |${pairs}`}`;
}
