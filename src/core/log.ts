/** How urgent a line of the log is. */
export type Level = "info" | "warn" | "error";

/** The level of a line, and what it is about: ids and numbers, never a key or a person. */
export interface LogFields {
  level?: Level;
  [field: string]: string | number | boolean | null | undefined;
}

/** Takes one finished line for a person to read; no line break at its end. */
export type Log = (line: string, fields?: LogFields) => void;
