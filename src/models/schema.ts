import { z } from "zod";
import { isLine, LINE_NEEDED } from "../core/line.ts";
import { notText } from "../core/shown_value.ts";
import { issueText } from "../config/issue_words.ts";
import { ModelConfig } from "../config/retraining.ts";
import { CandidateForm } from "./recipe_schema.ts";
import { strictObject } from "./strict_object.ts";

const functionSchema = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", {
  error: "needs a function",
});
const line = (most: number) => z.string().max(most).refine(isLine, { error: LINE_NEEDED });
/** Objects with these fields, of which those who use them say more. */
const objectsWith = (...names: string[]) =>
  z.array(strictObject({
    name: z.string(),
    ...Object.fromEntries(names.map((name) => [name, z.unknown().optional()])),
  })).max(100);

/** Every field that a model's file may declare, and its form: what else stands in a file is refused, not ignored. */
const fields = {
  name: z.string().regex(/^(?!constructor$)[a-z][a-z0-9-]{0,40}$/, {
    error: "need a lower-case letter, then at most 40 lower-case letters, digits, hyphens",
  }),
  kind: z.enum(["classification", "classes", "regression"]),
  question: line(500),
  unit: line(40),
  primaryMetric: z.string(),
  loss: z.string(),
  margin: z.number().min(0).max(1),
  metrics: z.array(z.string()).min(1),
  ownMetrics: objectsWith("direction", "unit", "of", "evaluate").optional(),
  economics: z.enum(["retention", "sales"]).optional(),
  horizonDays: z.unknown().optional(),
  activeDays: z.unknown().optional(),
  activity: ModelConfig.shape.activity.unwrap().optional(),
  stepDays: ModelConfig.shape.step_days.unwrap().optional(),
  checkEveryHours: ModelConfig.shape.retrain_interval_hours.unwrap().optional(),
  gate: ModelConfig.shape.gate.unwrap().optional(),
  segments: z.array(
    strictObject({
      name: z.string().regex(/^[a-z0-9][a-z0-9 ,_-]{0,39}$/, {
        error: "needs 1 to 40 lower-case letters, digits, blanks, comma, _ -",
      }),
      fits: functionSchema,
    }),
  )
    .min(1).max(12).optional(),
  label: functionSchema,
  classes: z.array(z.string()).optional(),
  features: z.array(z.string()),
  ownFeatures: objectsWith("means", "version", "moves", "of").optional(),
  events: z.array(z.string()).optional(),
  network: line(500),
  candidates: z.array(CandidateForm).min(1).max(50),
};

const Definition = strictObject(fields);

/** The names of everything that a model's file may declare. */
export const MODEL_FIELDS: readonly string[] = Object.keys(fields);

/** Says which field of a definition is not of its form, or unknown; null: none. */
export function formFault(model: unknown): string | null {
  const result = Definition.safeParse(model);
  if (result.success) return null;
  const [issue] = result.error.issues;
  const [field, ...rest] = issue.path.map(String);
  if (field === undefined) return issueText(issue);
  const text = `${issueText(issue)}${insteadText(issue, model)}`;
  return field === "name" && rest.length === 0 ? text : `${[field, ...rest].join(".")}: ${text}`;
}

/** What stands there instead; nothing where that says no more. */
function insteadText({ code, path }: z.core.$ZodIssue, model: unknown): string {
  if (code === "unrecognized_keys") return "";
  return notText(
    path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null)?.[key], model),
  );
}
