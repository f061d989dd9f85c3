import { z } from "zod";
import { meantText } from "../core/closest.ts";

/** An object that has these fields and no others: a misspelt one is told with what was perhaps meant. */
export const strictObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `there is no field "${issue.keys[0]}"${meantText(issue.keys[0], Object.keys(shape))}`
        : undefined,
  });
