import { InvalidArgumentError } from "commander";
import type { ReplayProtocol } from "../demo/protocol.ts";
import type { ImportPlan } from "../events/plan.ts";

/** Options of `perennial demo`. */
export interface DemoOptions {
  /** an event file in place of the bundled one */
  data?: string;
  /** how that file is read; left out: as its columns and values say */
  plan?: ImportPlan;
  /** what differs from the bundled data's protocol */
  protocol: Partial<ReplayProtocol>;
  /** folder of own models, which are replayed beside ours */
  models?: string;
  /** file for every cut-off's scores, as JSON */
  json?: string;
  /** file for each served prediction, as CSV */
  predictions?: string;
  /** ends after the table */
  exit: boolean;
  /** starts over */
  fresh: boolean;
  /** of the API */
  port?: number;
}

/** Reads a whole number within bounds, for an option's value. @throws {InvalidArgumentError} it is none */
export const wholeNumber =
  ({ min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number }) => (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `Need a whole number ${max === Number.MAX_SAFE_INTEGER ? `>= ${min}` : `from ${min} to ${max}`}.`,
    );
  };

/** Reads a day, for an option's value. @throws {InvalidArgumentError} it is none, or there is no such day */
export function calendarDay(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().slice(0, 10) === text;
  if (isDay) return text;
  throw new InvalidArgumentError("Need a day as YYYY-MM-DD.");
}

/** Reads a moment with its zone, for an option's value. @throws {InvalidArgumentError} it is none */
export function momentOption(text: string): string {
  const at = Date.parse(text);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(at)) {
    return new Date(at).toISOString();
  }
  throw new InvalidArgumentError("Need a moment with its zone, as 2026-11-30T14:04:00Z.");
}

/** Reads a percentage as a share. @throws {InvalidArgumentError} it is none */
export function shareOption(text: string): number {
  const value = Number(text.replace(/%$/, ""));
  if (/^\d+(\.\d+)?%?$/.test(text) && value <= 100) return value / 100;
  throw new InvalidArgumentError("Need a percentage from 0 to 100.");
}

/** Reads a port. */
export const portNumber = wholeNumber({ min: 1, max: 65535 });
