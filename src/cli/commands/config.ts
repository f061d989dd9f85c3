import type { Command } from "commander";
import type { ConfigPatch } from "../../api/messages.ts";
import type { ConfigVersion } from "../../db/config/config_versions.ts";
import { ALL_SETTINGS, readValue, type Setting, valueText } from "../../config/settings.ts";
import { meantText } from "../../core/closest.ts";
import { asking, type Common, type Context } from "../context.ts";
import { UsageError } from "../exit.ts";
import { minute, type Paint, table } from "../format.ts";
import { wholeNumber } from "../options.ts";
import { whatIfText } from "../what_if_text.ts";

/** `perennial config get | set | try | history | back` */
export function addConfig(program: Command, context: Context): void {
  const config = program.command("config").description(
    "settings of retraining: get, set, try, history, restore",
  );
  asking(
    config.command("get", { isDefault: true }).description("the active configuration")
      .argument("[names...]", "these settings; left out: all"),
    "perennial config get\nperennial config get gate confidence",
  )
    .action(async (names: string[], options: Common) => {
      for (const name of names) settingOf(name);
      const active = await (await context.client(options)).config();
      context.show(options, active, (c) => configText(c, names, context.paint));
    });
  const set = config.command("set").description("change settings; what is not named stays").argument(
    "[name=value...]",
    "settings",
  )
    .option("--model <name>", "for one model only").option(
      "--reset",
      "with --model: drop all that differs for it",
    )
    .option("--why <text>", "the reason, for the audit", "");
  asking(
    set,
    "perennial config set min_new_samples=200 gate=threshold\nperennial config set --model churn confidence=0.95\nperennial config set --model churn --reset",
  )
    .action(async (pairs: string[], options: SetOptions) => {
      const saved = await (await context.client(options)).updateConfig({
        ...patchOf(pairs, options),
        why: options.why,
      });
      context.show(
        options,
        saved,
        (c) =>
          `Version ${c.version} is active${c.notified ? "" : "; retrainers hear of it at their next check"}`,
      );
    });
  addTry(config, context);
  addBack(config, context);
  asking(
    config.command("history").description("every configuration version, newest first"),
    "perennial config history",
  )
    .action(async (options: Common) => {
      const { versions } = await (await context.client(options)).configHistory();
      context.show(
        options,
        versions,
        (all) =>
          table(
            [{ name: "version", right: true }, "at", "by", "why"],
            all.map((v) => [String(v.version), minute(v.at), v.by, v.why]),
            context.paint,
          ),
      );
    });
}

/** Decides history again under changed settings; changes nothing. */
function addTry(config: Command, context: Context): void {
  const tried = config.command("try").description(
    "what settings would have done with past checks and verdicts",
  )
    .argument("[name=value...]", "settings").option("--model <name>", "for one model only")
    .option("--days <n>", "how far back, by the time of the data", wholeNumber({ min: 1, max: 3650 }), 365);
  asking(
    tried,
    "perennial config try routine_cutoffs=0 stale_after_days=60\nperennial config try --model churn gate=threshold",
  )
    .action(async (pairs: string[], { days, ...options }: Omit<SetOptions, "why"> & { days: number }) => {
      const changes = patchOf(pairs, options);
      const simulation = await (await context.client(options)).tryConfig({ changes, days });
      context.show(options, simulation, (t) => whatIfText(t, context.paint));
    });
}

/** Puts an earlier version in force again, as a new one. */
function addBack(config: Command, context: Context): void {
  const back = config.command("restore").alias("back").description("restore an earlier version, as a new one")
    .argument("<version>", "its number; 0: the defaults", wholeNumber({ min: 0 }))
    .option("--why <text>", "the reason, for the audit", "");
  asking(back, "perennial config restore 3 --why 'too many cycles'").action(
    async (version: number, { why, ...options }: Common & { why: string }) => {
      const client = await context.client(options);
      const [now, { versions }] = await Promise.all([client.config(), client.configHistory({ limit: 1000 })]);
      const wanted = version === 0 ? {} : versions.find((v) => v.version === version)?.config;
      if (!wanted) {
        throw new UsageError(`There is no version ${version}; perennial config history lists them`);
      }
      const saved = await client.replaceConfig({ config: wanted, why }, now.version);
      context.show(options, saved, (c) => `Version ${c.version} is active, as version ${version} was`);
    },
  );
}

interface SetOptions extends Common {
  model?: string;
  reset?: boolean;
  why: string;
}

function patchOf(
  pairs: readonly string[],
  { model, reset }: Pick<SetOptions, "model" | "reset">,
): ConfigPatch {
  if (reset ? model === undefined || pairs.length > 0 : pairs.length === 0) {
    throw new UsageError(
      "Name settings to change, as in min_new_samples=200, or drop a model's own with --model NAME --reset",
    );
  }
  const changes = reset ? null : Object.fromEntries(pairs.map(parsePair));
  return (model === undefined ? changes : { models: { [model]: changes } }) as ConfigPatch; // the service checks the values
}

/** Reads a value as the setting's kind; what makes no sense as one goes as text, for the service to refuse. */
function parsePair(pair: string): [string, unknown] {
  const equals = pair.indexOf("=");
  const name = pair.slice(0, equals);
  const text = pair.slice(equals + 1);
  if (equals < 1) throw new UsageError(`Write a setting as name=value, not "${pair}"`);
  return [name, text === "null" ? null : readValue(settingOf(name), text)];
}

/** @throws {UsageError} there is none of that name */
function settingOf(name: string): Setting {
  const setting = ALL_SETTINGS.find((s) => s.name === name);
  if (setting) return setting;
  const known = ALL_SETTINGS.map((s) => s.name);
  throw new UsageError(`There is no setting "${name}"${meantText(name, known)}`);
}

function configText(
  { version, config, by, at }: ConfigVersion,
  names: readonly string[],
  paint: Paint,
): string {
  const isWanted = (name: string) => names.length === 0 || names.includes(name);
  const rows = ALL_SETTINGS.filter(({ name }) => isWanted(name))
    .map(({ name, means }) => [name, valueText(config[name]) || "none", means]);
  const overrides = Object.entries(config.models).flatMap(([model, changes]) => {
    const own = Object.entries(changes).filter(([name]) => isWanted(name));
    return own.length > 0 ? [`${model}: ${own.map(([k, v]) => `${k}=${valueText(v)}`).join(" ")}`] : [];
  });
  const head = version === 0
    ? "Defaults; not changed yet"
    : `Version ${version}, since ${minute(at)} by ${by}`;
  return [paint("dim", head), table(["setting", "value", "what it does"], rows, paint), ...overrides].join(
    "\n",
  );
}
