import { z } from "zod";
import type { Alarm, StreamDetectorKind, StreamOptions } from "./detector.ts";

/** Errors that a detector has not read yet. */
export interface Unread {
  /** where it stands; null: it begins */
  state: unknown;
  options: StreamOptions;
  errors: readonly number[];
}

/** How far it is afterwards. */
export interface Fed {
  state: unknown;
  /** its alarms, each with the place of the error that made it speak */
  alarms: { at: number; direction: Alarm }[];
}

/** The answer of an operator's detector, as it can be stored. */
export const OwnFed: z.ZodType<Fed> = z.object({
  state: z.unknown(),
  alarms: z.array(z.object({ at: z.int().min(0), direction: z.enum(["up", "down", "either"]) })),
});

/** Lets a detector read errors one by one. */
export function feed(
  { create, restore }: Pick<StreamDetectorKind, "create" | "restore">,
  { state, options, errors }: Unread,
): Fed {
  const detector = state === null ? create(options) : restore(state);
  const alarms: Fed["alarms"] = [];
  errors.forEach((error, at) => {
    const direction = detector.update(error);
    if (direction) alarms.push({ at, direction });
  });
  return { state: detector.state(), alarms };
}
