/** A policy as it is asked for: which one, and what differs from the configuration in force. */
import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import { patched, type RetrainingConfig } from "../config/retraining.ts";
import { ALL_SETTINGS, readValue, valueText } from "../config/settings.ts";
import { policyNamed } from "./policies/mod.ts";

/** The policies that Perennial brings. */
export const StandardPolicy = z.enum([
  "never",
  "every",
  "calendar",
  "performance",
  "drift",
  "perennial",
  "worth",
  "cara",
  "upf",
  "cusum",
  "oracle",
]);

/** A policy of ours, or `own:NAME` of a file in the operator's folder. */
export const PolicyName = z.union([
  StandardPolicy,
  z.string().regex(/^own:[a-z][a-z0-9-]{0,40}$/).describe("of a file in the folder of extensions"),
]);
export type PolicyName = z.infer<typeof PolicyName>;

export const PolicySpec = z.strictObject({
  policy: PolicyName,
  days: z.int().min(1).max(3650).optional().describe("calendar: days between trainings"),
  validate: z.boolean().optional()
    .describe("every and calendar: a challenger serves only once it has passed the validation"),
  config: z.record(z.string(), z.unknown()).default({})
    .describe("settings that differ from the configuration in force"),
});
export type PolicySpec = z.output<typeof PolicySpec>;

/** The one way to write a policy: `calendar=28d:validate=true`, `perennial:gate=threshold,min_new_samples=500`. */
export function labelOf({ policy, days, validate, config }: PolicySpec): string {
  const settings = Object.entries(config).sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) =>
    `${name}=${valueText(value)}`
  );
  const options = [...validate ? ["validate=true"] : [], ...settings].join(",");
  return `${policy}${days === undefined ? "" : `=${days}d`}${options && `:${options}`}`;
}

/** The inverse of {@link labelOf}: what a person types. @throws {InvalidInputError} it cannot be read */
export function readPolicy(text: string): PolicySpec {
  const [, policy, days, rest] = /^(own:[a-z][a-z0-9-]*|[a-z]+)(?:=(\d+)d?)?(?::(.*))?$/.exec(text.trim()) ??
    [];
  const config: Record<string, unknown> = {};
  let validate: boolean | undefined;
  for (const part of (rest ?? "").split(",").filter(Boolean)) {
    const [name, value] = part.split(/=(.*)/);
    if (name === "validate") validate = value === "true";
    else config[name] = valueOf(name, value ?? "");
  }
  const spec = PolicySpec.safeParse({
    policy,
    config,
    ...days === undefined ? {} : { days: Number(days) },
    ...validate === undefined ? {} : { validate },
  });
  if (spec.success) return spec.data;
  throw new InvalidInputError(
    `Cannot read the policy "${text}": need ${
      StandardPolicy.options.join(", ")
    } or own:NAME, as in calendar=28d or ` +
      "perennial:min_new_samples=500,gate=threshold",
    "policy",
  );
}

function valueOf(name: string, text: string): unknown {
  const setting = ALL_SETTINGS.find((s) => s.name === name);
  return setting ? readValue(setting, text) : text; // a setting that there is not is refused with all others
}

/** Why some settings mean nothing to a backtest, by what they reach. */
const REFUSED: Readonly<Record<string, string>> = {
  protocol: "changes whom predictions are about: policies could not be compared",
  times: "changes when checks are made: a backtest checks every step_days",
  "no decision": "changes no decision",
  afterwards: "governs what becomes of a version after its verdict: in a backtest it serves at once",
};

/**
 * The configuration that a policy goes by: the one in force, with its own settings for every model. Whatever waits for
 * the wall clock is off: what passes serves at once, nobody is asked, and no file is let go.
 * @throws {InvalidInputError} a setting is unknown, out of bounds, or means nothing to a backtest
 */
export function configFor(inForce: RetrainingConfig, spec: PolicySpec): RetrainingConfig {
  for (const name of Object.keys(spec.config)) checkSetting(name);
  const config = { ...policyNamed(spec.policy).settings, ...spec.config };
  const own = patched(inForce, config);
  const fixed = { rollout: "immediate", approval: "none", backup_models: true, backups_kept: 1000 } as const;
  const gone = new Set([...Object.keys(config), ...Object.keys(fixed)]);
  const models = Object.fromEntries(
    Object.entries(own.models).map(([model, differs]) => [
      model,
      Object.fromEntries(Object.entries(differs).filter(([name]) => !gone.has(name))),
    ]),
  );
  return { ...own, ...fixed, models };
}

function checkSetting(name: string): void {
  const setting = ALL_SETTINGS.find((s) => s.name === name);
  const field = `config.${name}`;
  if (!setting) throw new InvalidInputError(`Cannot use the setting "${name}": there is none`, field);
  const why = name === "refit" ? undefined : REFUSED[setting.reach];
  if (why) throw new InvalidInputError(`Cannot use the setting "${name}" in a backtest: it ${why}`, field);
}

/** @throws {InvalidInputError} the policy has no such option, or lacks one */
export function checkPolicySpec(spec: PolicySpec, inForce: RetrainingConfig): void {
  const { policy, days, validate } = spec;
  const fail = (text: string, field: string) => {
    throw new InvalidInputError(`Cannot use the policy "${labelOf(spec)}": ${text}`, field);
  };
  if (policy === "calendar" && days === undefined) fail("say how many days, as in calendar=28d", "days");
  if (policy !== "calendar" && days !== undefined) fail("only calendar has days", "days");
  const { validates } = policyNamed(policy);
  if (validate !== undefined && validates !== "on request") {
    fail(
      validates === "always" ? "what it trains is validated always" : "it takes every challenger",
      "validate",
    );
  }
  if (policy === "never" && Object.keys(spec.config).length > 0) {
    fail("it is what all others are compared with, and goes by the configuration in force", "config");
  }
  configFor(inForce, spec);
}
