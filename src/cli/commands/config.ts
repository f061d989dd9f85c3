import type { Command } from "commander";
import type { ConfigPatch } from "../../api/messages.ts";
import type { ConfigVersion } from "../../db/config_versions.ts";
import { SETTINGS } from "../../retraining_config.ts";
import { asking, type Common, type Context } from "../context.ts";
import { UsageError } from "../exit.ts";
import { minute, type Paint, table } from "../format.ts";

/** `perennial config get | set | history` */
export function addConfig(program: Command, context: Context): void {
  const config = program.command("config").description("what governs retraining: get, set, history");
  asking(
    config.command("get", { isDefault: true }).description("the configuration in force"),
    "perennial config get",
  )
    .action(async (options: Common) => {
      context.show(
        options,
        await (await context.client(options)).config(),
        (c) => configText(c, context.paint),
      );
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
          `Version ${c.version} is in force${
            c.notified ? "" : "; retrainers hear of it at their next check"
          }`,
      );
    });
  asking(
    config.command("history").description("every configuration that was in force, newest first"),
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

interface SetOptions extends Common {
  model?: string;
  reset?: boolean;
  why: string;
}

function patchOf(pairs: readonly string[], { model, reset }: SetOptions): ConfigPatch {
  if (reset ? model === undefined || pairs.length > 0 : pairs.length === 0) {
    throw new UsageError(
      "Name settings to change, as in min_new_samples=200, or drop a model's own with --model NAME --reset",
    );
  }
  const changes = reset ? null : Object.fromEntries(pairs.map(parsePair));
  return (model === undefined ? changes : { models: { [model]: changes } }) as ConfigPatch; // the service checks the values
}

/** Reads a value as the setting's kind: `null`, numbers and booleans as JSON has them, all else as text. */
function parsePair(pair: string): [string, unknown] {
  const at = pair.indexOf("=");
  const name = pair.slice(0, at), text = pair.slice(at + 1);
  if (at < 1) throw new UsageError(`Write a setting as name=value, not "${pair}"`);
  if (!(name in SETTINGS)) {
    throw new UsageError(
      `There is no setting "${name}"; there are ${Object.keys(SETTINGS).join(", ")}`,
    );
  }
  return [
    name,
    /^(null|true|false|-?\d+(\.\d+)?(e-?\d+)?)$/i.test(text) ? JSON.parse(text.toLowerCase()) : text,
  ];
}

function configText({ version, config, by, at }: ConfigVersion, paint: Paint): string {
  const { models, ...general } = config;
  const rows = Object.entries(general).map((
    [name, value],
  ) => [name, String(value), SETTINGS[name as keyof typeof general].description ?? ""]);
  const overrides = Object.entries(models).map(([model, changes]) =>
    `${model}: ${Object.entries(changes).map(([k, v]) => `${k}=${v}`).join(" ")}`
  );
  const head = version === 0
    ? "Defaults; nobody changed them yet"
    : `Version ${version}, since ${minute(at)} by ${by}`;
  return [paint("dim", head), table(["setting", "value", "what it does"], rows, paint), ...overrides].join(
    "\n",
  );
}
