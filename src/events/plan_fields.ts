/** A plan as the fields of a form, and back. */
import { parseRates, ratesText } from "../core/currency.ts";
import { InvalidInputError } from "../core/errors.ts";
import { type ImportPlan, parsePlan, PLAN_FIELDS } from "./plan.ts";

/** Fields of a form that are words of a plan as they stand. */
const WORDS = [
  "preset",
  "type",
  "timeFormat",
  "zone",
  "decimal",
  "encoding",
  "returns",
  "explode",
  "currency",
] as const;

/** Reads a plan from the fields of a form; an empty one says nothing. @throws {InvalidInputError} naming the field */
export function planFromFields(valueOf: (name: string) => string): ImportPlan {
  const plan: Record<string, unknown> = {};
  for (const name of WORDS) if (valueOf(name) !== "") plan[name] = valueOf(name);
  if (valueOf("delimiter") !== "") {
    plan.delimiter = valueOf("delimiter") === "tab" ? "\t" : valueOf("delimiter");
  }
  if (valueOf("rates") !== "") plan.rates = parseRates(valueOf("rates"));
  if (valueOf("types") !== "") plan.types = typesOf(valueOf("types"));
  const map = PLAN_FIELDS.flatMap((field) =>
    valueOf(`map.${field}`) === "" ? [] : [[field, valueOf(`map.${field}`)]]
  );
  if (map.length > 0) plan.map = Object.fromEntries(map);
  return parsePlan(plan);
}

/** The fields that {@link planFromFields} reads as this plan. */
export function fieldsOfPlan(plan: ImportPlan): Record<string, string> {
  const words = WORDS.map((name) => [name, plan[name] ?? ""]);
  const map = PLAN_FIELDS.map((field) => [`map.${field}`, plan.map?.[field] ?? ""]);
  return {
    ...Object.fromEntries(words),
    ...Object.fromEntries(map),
    delimiter: plan.delimiter === "\t" ? "tab" : plan.delimiter ?? "",
    rates: ratesText(plan.rates ?? {}),
    types: Object.entries(plan.types ?? {}).map(([word, type]) => `${word}=${type}`).join(", "),
  };
}

function typesOf(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => pair.trim()).filter((pair) => pair !== "").map((pair) => {
    const at = pair.lastIndexOf("=");
    if (at < 1) {
      throw new InvalidInputError(
        `Cannot read the types "${text}": need word=type, as in Kauf=purchase`,
        "types",
      );
    }
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs);
}
