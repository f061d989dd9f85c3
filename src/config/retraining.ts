import { issueText } from "./issue_words.ts";
import { z } from "zod";
import { isRates } from "../core/currency.ts";
import { InvalidInputError } from "../core/errors.ts";

const settings = {
  retrain_interval_hours: z.number().positive().max(8760).default(24)
    .describe("hours between automatic checks"),
  min_new_samples: z.int().min(1).default(100)
    .describe("new data points since the last training before a check may retrain"),
  retrain_policy: z.enum(["routine", "worth"]).default("routine")
    .describe(
      "routine: retrain by routine, age and evidence; worth: retrain when it is worth more than waiting",
    ),
  training_price: z.number().min(0).max(100).default(0.02)
    .describe(
      "worth: what one training has to win back, as a share of a fresh version's loss at one cut-off",
    ),
  training_price_by: z.enum(["share", "budget", "money"]).default("share")
    .describe(
      "worth: share: a training costs training_price; budget: what makes the rule keep to training_budget; " +
        "money: what it costs by machine_hour_cost and cycle_person_cost, over what a unit of loss costs by the economics",
    ),
  training_budget: z.number().gt(0).max(1000).nullable().default(null)
    .describe("worth: trainings a quarter, from which the price of one follows; null: not stated"),
  recalibrate: z.boolean().default(true)
    .describe(
      "worth: whether intercept and slope of what serves may be refitted where that is worth more than a training",
    ),
  gate: z.enum(["evidence", "no-harm", "threshold", "worth"]).default("no-harm")
    .describe(
      "evidence: promote on a paired interval; no-harm: promote unless the rows speak against it; threshold: promote when the loss falls by performance_threshold; " +
        "worth: promote on forecast and paired test together",
    ),
  performance_threshold: z.number().min(0).max(1).default(0.05)
    .describe("least relative fall of the loss for the threshold gate"),
  confidence: z.number().min(0.5).max(0.999).default(0.9)
    .describe("coverage of the two-sided intervals a verdict rests on"),
  margin: z.number().min(0).max(1).nullable().default(null)
    .describe("relative rise of the loss that still counts as no worse; null: the model's own"),
  stale_after_days: z.int().min(1).max(3650).default(84)
    .describe("days after which a champion's newest training label counts as stale"),
  stale_growth: z.number().min(1).max(100).default(1.3)
    .describe("a champion is also stale once this many times its training rows are labelled"),
  min_validation_rows: z.int().min(20).default(100)
    .describe("labelled rows, newer than both models' training, that a validation needs"),
  validation_rows: z.int().min(20).default(500)
    .describe(
      "labelled rows that a validation uses where it can have them: several cut-offs in a small shop",
    ),
  refit: z.boolean().default(true)
    .describe("whether a challenger that passed is trained again on all labelled rows before it serves"),
  backup_models: z.boolean().default(true)
    .describe("whether earlier versions are kept to roll back to"),
  backups_kept: z.int().min(1).max(1000).default(5)
    .describe("how many deployed versions besides the serving one keep their files"),
  horizon_days: z.int().min(1).max(365).default(28)
    .describe("days after a cut-off that the label looks at"),
  active_days: z.int().min(1).max(3650).default(90)
    .describe("a shopper active within this many days before a cut-off is in its population"),
  activity: z.enum(["purchase", "any"]).default("purchase")
    .describe("what makes a shopper active"),
  step_days: z.int().min(1).max(365).default(14)
    .describe("days between the cut-offs a model is trained on"),
  first_cutoff: z.iso.date().nullable().default(null)
    .describe("first training cut-off; null: active_days after the first event"),
  min_train_cutoffs: z.int().min(1).max(1000).default(3)
    .describe("labelled cut-offs before a first model is trained"),
  max_train_cutoffs: z.int().min(1).max(1000).default(52)
    .describe("newest labelled cut-offs used for training"),
  routine_cutoffs: z.int().min(0).max(1000).default(1)
    .describe(
      "retrain as a routine once so many cut-offs were labelled since the last training; 0: on evidence only",
    ),
  segment_margin: z.number().min(0).max(1).default(0.1)
    .describe("rise of the loss in one segment, as a share of it, that still counts as no worse"),
  approval: z.enum(["none", "required"]).default("none")
    .describe("required: a person lets a validated version go on, or it does not serve"),
  approval_remind_hours: z.number().min(0.01).max(8760).default(24)
    .describe("hours between reminders while a version waits for a person"),
  approval_expire_hours: z.number().min(0.01).max(8760).default(168)
    .describe("hours after which a version that nobody approved is set aside"),
  rollout: z.union([
    z.enum(["immediate", "shadow", "canary", "ab", "bandit"]),
    z.templateLiteral(["own:", z.string().regex(/^[a-z][a-z0-9-]{0,40}$/)]),
  ]).default("immediate")
    .describe("how a validated version comes to serve; also own:NAME, of a file in the folder of extensions"),
  canary_shares: z.array(z.number().gt(0).lt(1)).min(1).max(20).default([0.05, 0.25, 0.5])
    .describe("canary: shares of shoppers that a challenger is shown to, step by step"),
  rollout_step_hours: z.number().min(0).max(8760).default(24)
    .describe("least hours that a step of a rollout lasts"),
  rollout_step_shoppers: z.int().min(1).max(10_000_000).default(100)
    .describe("shoppers that a step must have shown the challenger to"),
  rollout_look_minutes: z.number().min(0.05).max(1440).default(5)
    .describe("minutes between looks at a rollout"),
  rollout_days: z.number().min(0.01).max(3650).default(56)
    .describe("days after which an undecided rollout ends by rollout_undecided"),
  rollout_undecided: z.enum(["promote", "hold"]).default("hold")
    .describe("what becomes of a version that could be shown neither better nor worse in time"),
  rollout_proof: z.enum(["outcomes", "guardrails"]).default("outcomes")
    .describe(
      "outcomes: a version serves everyone once outcomes show it no worse; guardrails: once it has done no harm",
    ),
  rollout_error_rate: z.number().gt(0).max(0.5).default(0.05)
    .describe("chance of each kind of wrong decision of a rollout, however often it is looked at"),
  ab_share: z.number().gt(0).lt(1).default(0.5)
    .describe("ab: share of shoppers that the challenger is shown to"),
  ab_power: z.number().min(0.5).max(0.99).default(0.8)
    .describe("ab: chance of finding a difference as large as ab_effect"),
  ab_effect: z.number().gt(0).max(1).nullable().default(null)
    .describe("ab: difference of the loss worth finding, as a share of the champion's; null: the margin"),
  bandit_floor: z.number().min(0).max(0.5).default(0.05)
    .describe("bandit: least share of each version"),
  bandit_versions: z.int().min(0).max(8).default(1)
    .describe("bandit: earlier good versions that take part beside the serving one"),
  bandit_reward: z.enum(["outcome", "purchase", "spend"]).default("outcome")
    .describe("bandit: what counts; purchases and spend are those within bandit_reward_days of an answer"),
  bandit_reward_days: z.number().min(0.01).max(365).default(7)
    .describe("bandit: days after an answer in which a purchase counts for it"),
  bandit_certainty: z.number().min(0.5).max(0.9999).default(0.95)
    .describe("bandit: chance of being the best at which a version serves everyone"),
  guard_errors: z.number().min(0).max(1).default(0.01)
    .describe("most answers of a challenger that may fail, as a share"),
  guard_fallbacks: z.number().min(0).max(1).default(0.01)
    .describe("most answers that another version may have to give for a challenger, as a share"),
  guard_latency_ms: z.number().gt(0).max(60_000).default(250)
    .describe("ms within which a challenger answers all but one in a hundred requests"),
  guard_divergence: z.number().gt(0).max(1000).default(1)
    .describe("how far a challenger's answers may lie from the champion's, in standard deviations of these"),
  sales_margin: z.number().gt(0).max(1).nullable().default(null)
    .describe("economics: share of sales that stays with the shop; null: not stated"),
  kept_customer_value: z.number().gt(0).max(1e9).nullable().default(null)
    .describe("economics: money that a shopper who stays is worth; null: not stated"),
  contact_cost: z.number().min(0).max(1e9).nullable().default(null)
    .describe("economics: money that one contact costs, offer and sending; null: not stated"),
  offer_success: z.number().gt(0).max(1).nullable().default(null)
    .describe(
      "economics: chance that a contact keeps a shopper who would have stayed away; null: not stated",
    ),
  offer_lift: z.number().gt(0).max(100).nullable().default(null)
    .describe("economics: share by which a contact raises what a shopper spends; null: not stated"),
  contact_budget: z.int().min(1).max(1e9).nullable().default(null)
    .describe("economics: most contacts within one horizon; null: no limit"),
  machine_hour_cost: z.number().min(0).max(1e6).nullable().default(null)
    .describe("economics: money that an hour of a retraining cycle costs; null: not stated"),
  cycle_person_cost: z.number().min(0).max(1e9).default(0)
    .describe("economics: money that people's time for one retraining cycle costs"),
  training_shards: z.int().min(0).max(64).default(0)
    .describe(
      "most shards that training rows are divided into, a step of each on any worker; 0: one worker trains",
    ),
  training_min_rows_per_shard: z.int().min(20).max(1e9).default(200_000)
    .describe("rows that a shard must have; with fewer than two such shards one worker trains"),
  seed: z.int().min(0).max(2 ** 31).default(1)
    .describe("seed of every draw in training and validation"),
};

/** The least and the most days that a class of data can be kept. */
const days = (least: number) => z.int().min(least).max(36_500);

/** How long things are kept; what a living cycle, rollout or version needs stays longer. */
const kept = {
  keep_events_days: days(90).nullable().default(1095)
    .describe("events as they came; models learn from daily sums, which stay; null: for ever"),
  keep_shoppers_days: days(90).nullable().default(1825)
    .describe(
      "daily sums of shoppers who did nothing since; never shorter than trainings look back; null: for ever",
    ),
  keep_predictions_days: days(60).nullable().default(400)
    .describe("answers, and the outcomes that they met; null: for ever"),
  keep_metrics_days: days(7).nullable().default(90)
    .describe("counts and latencies of answers, minute by minute; null: for ever"),
  keep_blocks_days: days(7).nullable().default(30)
    .describe(
      "rows made for a day that no training holds; made again where they are asked for; null: for ever",
    ),
  keep_evidence_days: days(30).nullable().default(180)
    .describe(
      "sealed evidence of checks, from which they are computed again; what they said stays; null: for ever",
    ),
  keep_rejected_days: days(7).nullable().default(30)
    .describe("files of versions that never served; null: for ever"),
  keep_quarantine_days: days(7).nullable().default(90)
    .describe("quarantined events; null: for ever"),
  keep_alerts_days: days(30).nullable().default(365)
    .describe("closed alerts and how they were delivered; null: for ever"),
  keep_idempotency_days: days(1).nullable().default(7)
    .describe("answers to requests with an Idempotency-Key, given again to the same one; null: for ever"),
  keep_logs_days: days(1).nullable().default(30)
    .describe("older halves of the embedded servers' logs; null: for ever"),
};

/** Settings of the whole installation: the budget is one, whatever the number of models. */
const shared = {
  false_alarm_days: z.number().min(1).max(36_500).default(30)
    .describe("days between false alarms that the operator accepts on average, over everything watched"),
  monitor_interval_hours: z.number().min(0.05).max(168).default(1)
    .describe("hours between looks at the events; models are looked at once a day and at each check"),
  monitor_sample: z.int().min(0).max(1_000_000).default(5000)
    .describe(
      "shoppers whose predictions the monitor stores at each evaluation, to meet their outcomes later",
    ),
  personal_text: z.enum(["mask", "refuse"]).default("mask")
    .describe(
      "e-mail addresses, phone and card numbers in products, categories, sessions, ids, file names and reasons: " +
        "masked, or refused",
    ),
  after_erasure: z.enum(["next", "now"]).default("next")
    .describe(
      "next: the next training leaves out a person who was erased; now: models that were trained on them are retrained at once",
    ),
  alert_cooldown_hours: z.number().min(0).max(8760).default(24)
    .describe("an alert that comes back within this time opens again without being sent again"),
  alert_escalate_hours: z.number().min(0).max(8760).default(24)
    .describe("an alert that nobody acknowledges becomes critical after this time; 0: never"),
  currency: z.string().trim().max(8).default("")
    .describe("the shop's own currency, as EUR: what spending is counted in, and the word behind sums"),
  currency_rates: z.string().trim().max(2000)
    .refine(isRates, { error: "need CODE=RATE or CODE@DAY=RATE, divided by commas" }).default("")
    .describe(
      "what one unit of other currencies is worth in the shop's own, from a day on or always: " +
        "USD=0.92,GBP@2024-06-01=1.18; events in a currency without a rate are quarantined",
    ),
  ...kept,
};

/** Settings of one model's retraining. */
export const ModelConfig = z.strictObject(settings);
export type ModelConfig = z.infer<typeof ModelConfig>;

const overrides = z.strictObject(
  Object.fromEntries(
    Object.entries(settings).map(([name, schema]) => [name, schema.unwrap().optional()]),
  ) as {
    [K in keyof typeof settings]: z.ZodOptional<ReturnType<(typeof settings)[K]["unwrap"]>>;
  },
);

/** Settings of the installation that no model can differ in. */
export const SharedConfig = z.strictObject(shared);
export type SharedConfig = z.infer<typeof SharedConfig>;

/** Every setting there is, by its name. */
export const SETTINGS: Readonly<Record<keyof ModelConfig | keyof SharedConfig, z.ZodDefault>> = {
  ...settings,
  ...shared,
};

/** The configuration of an installation: settings for every model, and what differs for one. */
export const RetrainingConfig = z.strictObject({
  ...settings,
  ...shared,
  models: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,40}$/), overrides).default({})
    .describe("settings that differ for one model, by its name"),
});
export type RetrainingConfig = z.infer<typeof RetrainingConfig>;

/** Returns the settings of one model: its own over the general ones. */
export function configOf({ models, ...general }: RetrainingConfig, model: string): ModelConfig {
  const ofModels = Object.keys(settings).map((name) => [name, general[name as keyof typeof settings]]);
  return ModelConfig.parse({ ...Object.fromEntries(ofModels), ...models[model] });
}

/** The configuration after a partial change; `null` for a model removes its overrides. @throws {InvalidInputError} naming the field */
export function patched(current: RetrainingConfig, patch: Record<string, unknown>): RetrainingConfig {
  const models = isRecord(patch.models)
    ? patchedModels(current.models, patch.models)
    : patch.models ?? current.models;
  const result = RetrainingConfig.safeParse({ ...current, ...patch, models });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]] : issue.path;
  throw new InvalidInputError(
    `Cannot use this configuration: ${path.join(".")}: ${issueText(issue)}`,
    path.join("."),
  );
}

function patchedModels(
  current: RetrainingConfig["models"],
  patch: Record<string, unknown>,
): Record<string, unknown> {
  const models: Record<string, unknown> = { ...current };
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete models[name];
    else models[name] = isRecord(change) ? { ...current[name], ...change } : change;
  }
  return models;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
