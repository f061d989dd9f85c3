import { z } from "zod";
import { issueText } from "../config/issue_words.ts";
import { ModelConfig } from "../config/retraining.ts";

const functionSchema = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", {
  error: "need a function",
});
const text = z.string().min(1).max(500);
const objects = z.array(z.looseObject({ name: z.string() }));

/** Every field that a model's file may declare, and its form: what else stands in a file is refused, not ignored. */
const fields = {
  name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, { error: "need lower-case letters, digits, hyphens" }),
  kind: z.enum(["classification", "classes", "regression"]),
  question: text,
  unit: z.string().min(1).max(40),
  primaryMetric: text,
  loss: text,
  margin: z.number().min(0).max(1),
  metrics: z.array(z.string()).min(1),
  ownMetrics: objects.optional(),
  economics: z.enum(["retention", "sales"]).optional(),
  horizonDays: z.unknown().optional(),
  activeDays: z.unknown().optional(),
  activity: ModelConfig.shape.activity.unwrap().optional(),
  stepDays: ModelConfig.shape.step_days.unwrap().optional(),
  checkEveryHours: ModelConfig.shape.retrain_interval_hours.unwrap().optional(),
  gate: ModelConfig.shape.gate.unwrap().optional(),
  segments: z.array(
    z.looseObject({ name: z.string().regex(/^[a-z0-9][a-z0-9 ,_-]{0,39}$/), fits: functionSchema }),
  )
    .min(1).max(12).optional(),
  label: functionSchema,
  classes: z.array(z.string()).optional(),
  features: z.array(z.string()),
  ownFeatures: objects.optional(),
  events: z.array(z.string()).optional(),
  network: text,
  candidates: z.array(z.looseObject({
    name: text,
    family: z.enum(["linear", "network", "warm-start", "blend", "brought"]),
  })),
};

const Definition = z.strictObject(fields);

/** The names of everything that a model's file may declare. */
export const MODEL_FIELDS: readonly string[] = Object.keys(fields);

/** Says which field of a definition is not of its form, or unknown; null: none. */
export function formFault(model: unknown): string | null {
  const result = Definition.safeParse(model);
  if (result.success) return null;
  const [issue] = result.error.issues;
  if (issue.code === "unrecognized_keys") {
    return `there is no field "${issue.keys[0]}"; there are ${MODEL_FIELDS.join(", ")}`;
  }
  const [field, ...rest] = issue.path.map(String);
  const text = issueText(issue);
  return field === "name" && rest.length === 0 ? text : `${[field, ...rest].join(".")}: ${text}`;
}
