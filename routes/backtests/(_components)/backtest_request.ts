/** Reads the form of a backtest into the API's request. */
import { type ReadConfig, readLines } from "../../../src/config/form.ts";
import { configChanges } from "../../../src/config/settings.ts";
import type { Configuration } from "../../../src/dashboard/reads/configuration.ts";

/** The policies that can be ticked, in the order of the form. */
const CHOICES = [
  "every",
  "gated",
  "sliding",
  "calendar",
  "performance",
  "drift",
  "perennial",
  "worth",
  "oracle",
] as const;
export type Choice = (typeof CHOICES)[number];

/** The fields as they were written. */
export interface BacktestFields {
  policies: Choice[];
  /** those of the operator's, as `own:NAME` */
  own: string[];
  days: string;
  cutoffs: string;
  /** settings of one more policy of Perennial's own, one a line */
  lines: string;
  model: string;
  from: string;
  to: string;
  /** days from one cut-off to the next */
  step: string;
}

export const NO_FIELDS: BacktestFields = {
  policies: ["every", "calendar", "perennial"],
  own: [],
  days: "28",
  cutoffs: "6",
  lines: "",
  model: "",
  from: "",
  to: "",
  step: "",
};

/** Reads them out of a form that was sent, or out of an address. */
export function fieldsOf(
  sent: { get(name: string): unknown },
  own: readonly string[] = [],
  fallback = NO_FIELDS,
): BacktestFields {
  const text = (name: Exclude<keyof BacktestFields, "policies" | "own">) => {
    const value = sent.get(name);
    return typeof value === "string" ? value.trim() : String(fallback[name] ?? "");
  };
  const isTicked = (choice: string) => typeof sent.get(`policy.${choice}`) === "string";
  return {
    policies: CHOICES.filter(isTicked),
    own: own.filter(isTicked),
    days: text("days"),
    cutoffs: text("cutoffs"),
    lines: text("lines"),
    model: text("model"),
    from: text("from"),
    to: text("to"),
    step: text("step"),
  };
}

type ParsedBacktestRequest =
  | { body: Record<string, unknown>; problem: null }
  | { body: null; problem: string };

const no = (problem: string): ParsedBacktestRequest => ({ body: null, problem });
const whole = (text: string): number | null => /^[1-9]\d{0,3}$/.test(text) ? Number(text) : null;

/** Makes the request to the API; whatever else is wrong, the API says. */
export function readBacktest(
  fields: BacktestFields,
  { current, models }: Pick<Configuration, "current" | "models">,
): ParsedBacktestRequest {
  const { policies: chosen, own, days, cutoffs, lines, model, from, to, step } = fields;
  if (chosen.includes("calendar") && whole(days) === null) return no("Enter the number of days, such as 28");
  if (chosen.includes("sliding") && whole(cutoffs) === null) {
    return no("Enter the number of cut-offs in the window, such as 6");
  }
  const policies: Record<string, unknown>[] = chosen.map((choice) => POLICY[choice](fields));
  policies.push(...own.map((policy) => ({ policy })));
  if (lines) {
    const changes = changesIn(readLines(current.config, lines, models), current.config);
    if (typeof changes === "string") return no(changes);
    policies.push({ policy: "perennial", config: changes });
  }
  if (policies.length === 0) return no("Choose a policy, or write settings to try");
  if (step && whole(step) === null) return no("Enter the step as a number of days, such as 14");
  const body = {
    policies,
    ...model && { models: [model] },
    ...from && { from },
    ...to && { to },
    ...step && { step_days: whole(step) },
  };
  return { body, problem: null };
}

const POLICY: Readonly<Record<Choice, (fields: BacktestFields) => Record<string, unknown>>> = {
  every: () => ({ policy: "every" }),
  gated: () => ({ policy: "every", validate: true }),
  sliding: ({ cutoffs }) => ({ policy: "every", config: { max_train_cutoffs: whole(cutoffs) } }),
  calendar: ({ days }) => ({ policy: "calendar", days: whole(days) }),
  performance: () => ({ policy: "performance" }),
  drift: () => ({ policy: "drift" }),
  perennial: () => ({ policy: "perennial" }),
  worth: () => ({ policy: "worth" }),
  oracle: () => ({ policy: "oracle" }),
};

/** The settings that differ from what is in force, or what is wrong with them. */
function changesIn(
  parsed: ReadConfig,
  inForce: Configuration["current"]["config"],
): Record<string, unknown> | string {
  if (parsed.config === null) return Object.values(parsed.problems).join("; ");
  const changes = configChanges(inForce, parsed.config);
  if (changes.length === 0) return "These are the active settings: select Perennial instead";
  const own = changes.find((change) => change.model !== null);
  if (own) return `In a backtest a setting holds for every model: write ${own.name}=... without ${own.model}`;
  return Object.fromEntries(changes.map(({ name, after }) => [name, after]));
}
