import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import { EVENT_FIELDS } from "./schema.ts";

/** Fields that a plan can fill. */
export const PLAN_FIELDS = [...EVENT_FIELDS, "refunds"] as const;
/** A field that a plan can fill: one of an event, or the money given back for an order. */
export type PlanField = typeof PLAN_FIELDS[number];

const column = z.string().min(1).max(500);

/** How the files of one shop are read. Saved as JSON, it serves `import --plan` and `demo --data --plan`. */
export const ImportPlan = z.strictObject({
  preset: z.string().optional(),
  /** `fields`: columns of further numbers, `stars|wait`; else `column`, `first|else` (`first|-`: else none), `date+time`, `:constant`, `-` for none, `list[].key` for lines within an order */
  map: z.partialRecord(z.enum(PLAN_FIELDS), column).optional(),
  /** words of the file and the types they stand for */
  types: z.record(z.string().min(1), z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/)).optional(),
  /** of every line, for files of orders */
  type: z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/).optional(),
  timeFormat: z.string().min(1).max(100).optional(),
  zone: z.string().min(1).max(100).optional(),
  decimal: z.enum([".", ","]).optional(),
  delimiter: z.string().length(1).optional(),
  encoding: z.string().min(1).max(40).optional(),
  /** columns that together name an event */
  idFrom: z.array(column).min(1).optional(),
  /** a purchase of a negative quantity is a return */
  returns: z.enum(["negative"]).optional(),
  /** columns that hold only in the first line of an order what is true of all its lines */
  fillDown: z.strictObject({ by: column, columns: z.array(column).min(1) }).optional(),
  /** list of the lines within one record */
  explode: column.optional(),
  /** the shop's own; lines in others are converted by `rates`, or put aside */
  currency: z.string().min(1).max(10).optional(),
  /** what one unit of other currencies is worth in the shop's own, by code, or code and first day: `GBP@2024-06-01` */
  rates: z.record(z.string().regex(/^[A-Z]{3}(@\d{4}-\d{2}-\d{2})?$/), z.number().positive()).optional(),
  /** further ids that stand for no shopper */
  nobody: z.array(z.string()).optional(),
  /** times of orders that only say how many days after the shopper's one before they were; they are counted from `start` */
  daySteps: z.strictObject({
    start: z.iso.date(),
    user: column,
    order: column,
    days: column,
    weekday: column,
    hour: column,
  }).optional(),
  /** records that are no sales, such as cancelled orders */
  refuse: z.array(z.strictObject({ column, is: z.array(z.string()).optional(), reason: z.string() }))
    .optional(),
});
export type ImportPlan = z.infer<typeof ImportPlan>;

/** @throws {InvalidInputError} it is no plan, naming the field at fault */
export function parsePlan(value: unknown): ImportPlan {
  const parsed = ImportPlan.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidInputError(
    `Cannot use the plan: ${issue.path.join(".") || "it"}: ${issue.message}`,
    issue.path.join("."),
  );
}
