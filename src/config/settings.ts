/** Describes each setting for whoever changes it: its group, its unit, its bounds. */
import { z } from "zod";
import { anyText } from "../core/text.ts";
import { ModelConfig, type RetrainingConfig, SETTINGS } from "./retraining.ts";

type SettingName = keyof typeof SETTINGS;

/** The reach of a setting: it says what can be decided again under another value. */
export type Reach =
  | "checks"
  | "verdicts"
  | "checks and verdicts"
  | "looks"
  | "times"
  | "protocol"
  | "training"
  | "afterwards"
  | "no decision";

type Entry = readonly [name: SettingName, unit: string, reach: Reach];

/** Every setting once, as a person looks for it. Units of shares and chances: 0 to 1. */
const GROUPS: readonly { group: string; entries: readonly Entry[] }[] = [
  {
    group: "Checks and retraining",
    entries: [
      ["retrain_interval_hours", "hours", "times"],
      ["retrain_policy", "", "checks"],
      ["training_price", "share", "checks"],
      ["training_price_by", "", "checks"],
      ["training_budget", "trainings a quarter", "checks"],
      ["recalibrate", "", "checks"],
      ["min_new_samples", "data points", "checks"],
      ["routine_cutoffs", "cut-offs", "checks"],
      ["stale_after_days", "days", "checks and verdicts"],
      ["stale_growth", "times", "checks and verdicts"],
    ],
  },
  {
    group: "Monitoring and false-alarm budget",
    entries: [
      ["false_alarm_days", "days", "looks"],
      ["monitor_interval_hours", "hours", "times"],
      ["monitor_sample", "shoppers", "looks"],
      ["alert_cooldown_hours", "hours", "no decision"],
      ["alert_escalate_hours", "hours", "no decision"],
    ],
  },
  {
    group: "Training data",
    entries: [
      ["horizon_days", "days", "protocol"],
      ["active_days", "days", "protocol"],
      ["activity", "", "protocol"],
      ["step_days", "days", "protocol"],
      ["first_cutoff", "date", "protocol"],
      ["min_train_cutoffs", "cut-offs", "checks"],
      ["max_train_cutoffs", "cut-offs", "training"],
      ["after_erasure", "", "no decision"],
      ["personal_text", "", "no decision"],
      ["training_shards", "shards", "training"],
      ["training_min_rows_per_shard", "rows", "training"],
      ["seed", "", "training"],
      ["refit", "", "afterwards"],
    ],
  },
  {
    group: "Validation and approval",
    entries: [
      ["gate", "", "verdicts"],
      ["performance_threshold", "share", "verdicts"],
      ["confidence", "chance", "checks and verdicts"],
      ["margin", "share", "checks and verdicts"],
      ["segment_margin", "share", "verdicts"],
      ["min_validation_rows", "rows", "checks"],
      ["validation_rows", "rows", "training"],
      ["approval", "", "afterwards"],
      ["approval_remind_hours", "hours", "afterwards"],
      ["approval_expire_hours", "hours", "afterwards"],
    ],
  },
  {
    group: "Deployment and rollout",
    entries: [
      ["rollout", "", "afterwards"],
      ["canary_shares", "shares", "afterwards"],
      ["rollout_step_hours", "hours", "afterwards"],
      ["rollout_step_shoppers", "shoppers", "afterwards"],
      ["rollout_look_minutes", "minutes", "afterwards"],
      ["rollout_days", "days", "afterwards"],
      ["rollout_undecided", "", "afterwards"],
      ["rollout_proof", "", "afterwards"],
      ["rollout_error_rate", "chance", "afterwards"],
      ["ab_share", "share", "afterwards"],
      ["ab_power", "chance", "afterwards"],
      ["ab_effect", "share", "afterwards"],
      ["bandit_floor", "share", "afterwards"],
      ["bandit_versions", "versions", "afterwards"],
      ["bandit_reward", "", "afterwards"],
      ["bandit_reward_days", "days", "afterwards"],
      ["bandit_certainty", "chance", "afterwards"],
      ["guard_errors", "share", "afterwards"],
      ["guard_fallbacks", "share", "afterwards"],
      ["guard_latency_ms", "ms", "afterwards"],
      ["guard_divergence", "standard deviations", "afterwards"],
      ["backup_models", "", "no decision"],
      ["backups_kept", "versions", "no decision"],
    ],
  },
  {
    group: "Retention",
    entries: [
      ["keep_events_days", "days", "no decision"],
      ["keep_shoppers_days", "days", "no decision"],
      ["keep_predictions_days", "days", "no decision"],
      ["keep_metrics_days", "days", "no decision"],
      ["keep_blocks_days", "days", "no decision"],
      ["keep_evidence_days", "days", "no decision"],
      ["keep_rejected_days", "days", "no decision"],
      ["keep_quarantine_days", "days", "no decision"],
      ["keep_alerts_days", "days", "no decision"],
      ["keep_idempotency_days", "days", "no decision"],
      ["keep_logs_days", "days", "no decision"],
    ],
  },
  {
    group: "Economics",
    entries: [
      ["currency", "", "no decision"],
      ["currency_rates", "", "no decision"],
      ["sales_margin", "share", "no decision"],
      ["kept_customer_value", "money", "no decision"],
      ["contact_cost", "money", "no decision"],
      ["offer_success", "chance", "no decision"],
      ["offer_lift", "share", "no decision"],
      ["contact_budget", "contacts", "no decision"],
      ["machine_hour_cost", "money", "no decision"],
      ["cycle_person_cost", "money", "no decision"],
    ],
  },
];

/** A setting as a person sees it. */
export interface Setting {
  name: SettingName;
  means: string;
  /** empty: it has none */
  unit: string;
  /** what may be written, in words: "1 to 365, whole", "evidence or threshold" */
  bounds: string;
  kind: "number" | "choice" | "switch" | "date" | "list" | "text";
  choices: string[];
  /** whether it may be left unsaid (null) */
  optional: boolean;
  standard: unknown;
  reach: Reach;
  /** whether one model may differ in it */
  perModel: boolean;
}

interface SettingGroup {
  name: string;
  settings: Setting[];
}

/** All settings, by group. */
export const SETTING_GROUPS: readonly SettingGroup[] = GROUPS.map(({ group, entries }) => ({
  name: group,
  settings: entries.map(settingOf),
}));

/** All settings, in the order of their groups. */
export const ALL_SETTINGS: readonly Setting[] = SETTING_GROUPS.flatMap(({ settings }) => settings);

function settingOf([name, unit, reach]: Entry): Setting {
  const schema = SETTINGS[name];
  const { default: standard, ...json } = z.toJSONSchema(schema) as Json;
  const parts = json.anyOf ?? [json];
  const optional = parts.some((part) => part.type === "null");
  const [value] = parts.filter((part) => part.type !== "null");
  return {
    name,
    unit,
    reach,
    optional,
    standard,
    means: (schema.description ?? "").replace("null:", "none:"),
    ...kindOf(value),
    perModel: name in ModelConfig.shape,
  };
}

/** The parts of a JSON schema that we read. */
interface Json {
  type?: string;
  enum?: string[];
  format?: string;
  default?: unknown;
  anyOf?: Json[];
  items?: Json;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
}

function kindOf(json: Json): Pick<Setting, "kind" | "bounds" | "choices"> {
  if (json.enum) return { kind: "choice", bounds: json.enum.join(" or "), choices: json.enum };
  switch (json.type) {
    case "boolean":
      return { kind: "switch", bounds: "true or false", choices: ["true", "false"] };
    case "array":
      return {
        kind: "list",
        bounds: `list of ${json.minItems} to ${json.maxItems} values, each ${range(json.items!)}`,
        choices: [],
      };
    case "string":
      return json.format === "date"
        ? { kind: "date", bounds: "a date, as 2011-06-01", choices: [] }
        : { kind: "text", bounds: `at most ${json.maxLength} characters`, choices: [] };
    default:
      return { kind: "number", bounds: range(json), choices: [] };
  }
}

function range({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Json): string {
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  const whole = type === "integer" ? ", whole" : "";
  const low = plain(exclusiveMinimum ?? minimum ?? 0);
  if (exclusiveMinimum === undefined && exclusiveMaximum === undefined) {
    return `${most === undefined ? `${low} or more` : `${low} to ${plain(most)}`}${whole}`;
  }
  const from = exclusiveMinimum === undefined ? `≥ ${low}` : `> ${low}`;
  const to = exclusiveMaximum !== undefined
    ? ` and < ${plain(exclusiveMaximum)}`
    : most === undefined
    ? ""
    : ` and ≤ ${plain(most)}`;
  return `${from}${to}${whole}`;
}

function plain(n: number): string {
  return n.toLocaleString("en-GB", { maximumFractionDigits: 6 });
}

/** A place in a configuration: a setting for every model, or for one. */
export interface Place {
  name: SettingName;
  /** null: every model that does not differ */
  model: string | null;
}

/** Returns the value at a place; undefined: none, the model goes by what every model does. */
export const valueAt = (config: RetrainingConfig, { name, model }: Place): unknown =>
  model === null ? config[name] : config.models[model]?.[name as keyof ModelConfig];

/** One thing in which two configurations differ. */
export interface ConfigChange extends Place {
  /** undefined: as for every model */
  before: unknown;
  after: unknown;
}

/** In what two configurations differ, in the order of the settings. */
export function configChanges(before: RetrainingConfig, after: RetrainingConfig): ConfigChange[] {
  const models = [...new Set([...Object.keys(before.models), ...Object.keys(after.models)])].sort();
  return [null, ...models].flatMap((model) =>
    ALL_SETTINGS.map(({ name }) => ({
      name,
      model,
      before: valueAt(before, { name, model }),
      after: valueAt(after, { name, model }),
    }))
  ).filter(({ before, after }) => !sameValue(before, after));
}

/** Whether two values of a setting are the same. */
const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A value as it is written, and read again by `readValue`; undefined: nothing. */
export const valueText = (value: unknown): string =>
  value === undefined
    ? ""
    : value === null
    ? "none"
    : Array.isArray(value)
    ? value.map(anyText).join(", ")
    : anyText(value);

/** Reads what a person wrote. What makes no sense stays as it is, for the schema to refuse. */
export function readValue({ kind, optional }: Setting, text: string): unknown {
  const written = text.trim();
  if (optional && (written === "" || written === "none")) return null;
  if (kind === "number") return numberIn(written);
  if (kind === "list") return written.split(",").map((part) => numberIn(part.trim()));
  if (kind === "switch" && /^(true|false)$/.test(written)) return written === "true";
  return written;
}

const numberIn = (text: string): unknown =>
  text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
