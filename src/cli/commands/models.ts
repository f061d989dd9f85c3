import type { Command } from "commander";
import type { Models, ModelSummary, Retirement, Versions } from "../../api/messages.ts";
import type { ModelVersion, ServingMove } from "../../registry/version.ts";
import type { VersionNote } from "../../registry/version_note.ts";
import { versionStatus, wasRolledBack } from "../../retraining/version_status.ts";
import { percent } from "../../format/numbers.ts";
import { metricsInOrder } from "../../format/words.ts";
import { addBringCommands } from "../bring_commands.ts";
import { addVersionCommands } from "../version_commands.ts";
import { asking, type Common, type Context } from "../context.ts";
import { day, metricsLine, minute, mood, type Paint, table } from "../format.ts";
import { wholeNumber } from "../options.ts";

interface ModelsOptions extends Common {
  served?: boolean;
  all?: boolean;
  tag?: string;
  find?: string;
}

/** `perennial models`, `rollback` and `promote` */
export function addModels(program: Command, context: Context): void {
  const models = program.command("models").description("the models; with a name, the versions of one")
    .argument("[model]", "one model").option("--served", "deployment history instead of the versions")
    .option("--all", "reference versions of replays too")
    .option("--tag <tag>", "versions with this tag alone")
    .option("--find <text>", "versions whose note, tag or algorithm holds this");
  asking(models, "perennial models\nperennial models churn\nperennial models churn --tag season")
    .action((model: string | undefined, options: ModelsOptions) => showModels(context, model, options));
  addRetirement(models, context);
  addVersionCommands(models, context);
  addBringCommands(models, context);
  addMoves(program, context);
}

/** `perennial models retire` and `restore` */
function addRetirement(models: Command, context: Context): void {
  const described = {
    retire: "take a model out of use: nothing checks, trains or asks it; also one whose file is gone",
    restore: "bring a retired model back; its automatic checks stay off",
  };
  for (const action of ["retire", "restore"] as const) {
    const command = models.command(action).description(described[action]).argument("<model>", "the model")
      .option("--why <text>", "the reason, for the audit", "");
    asking(command, `perennial models ${action} returns --why "${action === "retire" ? "no use" : "back"}"`)
      // what stands before the name of a subcommand belongs to `models`, which has the same options
      .action(async (model: string, _own: MoveOptions, { optsWithGlobals }: Command) => {
        const options = optsWithGlobals.call(command) as MoveOptions;
        const done = await (await context.client(options))[action](model, { why: options.why });
        context.show(options, done, retirementText);
      });
  }
}

const retirementText = ({ model, retired, told, hasFile }: Retirement): string => {
  if (!retired) {
    return `${model} is in use again; its automatic checks are off: perennial start ${model}${
      hasFile ? "" : ". No file defines it: put the file back first"
    }`;
  }
  return `${model} is out of use${told ? "" : "; its retrainer stops as soon as Temporal answers"}`;
};

async function showModels(
  { client, show, paint }: Context,
  model: string | undefined,
  options: ModelsOptions,
) {
  const api = await client(options);
  if (model === undefined) {
    const all = await api.models();
    if (options.json) return show(options, all.models, () => "");
    return show(options, all, () => [modelsText(all.models, paint), ...outOfUse(all)].join("\n"));
  }
  if (options.served) {
    return show(options, await api.serving(model), ({ history }) => movesText(history, paint));
  }
  const [versions, { history }] = await Promise.all([
    api.versions(model, { tag: options.tag, text: options.find }),
    api.serving(model),
  ]);
  show(options, versions, (v) => versionsText(v, { paint, history, all: options.all ?? false }));
}

interface MoveOptions extends Common {
  why: string;
}

function addMoves(program: Command, context: Context): void {
  const rollback = program.command("rollback").description("roll back the serving version").argument(
    "<model>",
    "the model",
  )
    .option("--to <version>", "left out: the last known good version", wholeNumber({ min: 1 })).option(
      "--why <text>",
      "the reason, for the audit",
      "",
    );
  asking(rollback, 'perennial rollback churn --why "complaints since noon"\nperennial rollback churn --to 3')
    .action(async (model: string, options: MoveOptions & { to?: number }) => {
      const { to, why } = options;
      context.show(options, await (await context.client(options)).rollback(model, { to, why }), moveText);
    });
  const promote = program.command("promote").description("promote a stored version").argument(
    "<model>",
    "the model",
  )
    .argument("<version>", "its number", wholeNumber({ min: 1 })).option(
      "--why <text>",
      "the reason, for the audit",
      "",
    );
  asking(promote, 'perennial promote churn 4 --why "approved by the data team"')
    .action(async (model: string, version: number, options: MoveOptions) => {
      context.show(
        options,
        await (await context.client(options)).promote(model, { version, why: options.why }),
        moveText,
      );
    });
}

const moveText = ({ model, version, previous, kind, rollout }: ServingMove) =>
  kind === "roll back" && rollout !== null
    ? `${model}: version ${previous} is rolled back from its rollout, version ${version} serves everyone`
    : `${model}: version ${version} serves${previous === null ? "" : ` instead of version ${previous}`}`;

function modelsText(models: readonly ModelSummary[], paint: Paint): string {
  const rows = models.map((
    m,
  ) => [
    m.model,
    m.kind,
    m.serving === null ? "-" : String(m.serving),
    m.newest === null ? "-" : String(m.newest),
    m.unit,
    m.question,
  ]);
  return table(
    [
      { name: "model", whole: true },
      "kind",
      { name: "serving", right: true },
      { name: "newest", right: true },
      "unit",
      "question",
    ],
    rows,
    paint,
  );
}

/** Says of each model that is not in use why that is. */
const outOfUse = ({ retired, withoutFile }: Models): string[] => [
  ...withoutFile.map((model) => `${model}: no file defines it, and its retrainer goes on`),
  ...retired.map(({ model, at, by, why }) =>
    `${model}: retired ${minute(at)} by ${by}${why === "" ? "" : `: ${why}`}`
  ),
];

function versionsText(
  { versions: known, serving, notes }: Versions,
  { paint, history, all }: { paint: Paint; history: readonly ServingMove[]; all: boolean },
): string {
  const versions = known.filter(({ state }) => all || state !== "reference");
  if (versions.length === 0) return "No versions";
  const noteOf = new Map(notes.map((note) => [note.version, note]));
  const rows = versions.map((v) => [
    String(v.version),
    mood(versionStatus(v, { serving, rolledBack: wasRolledBack(v.version, history) }), paint),
    day(v.manifest.asOf),
    v.manifest.candidate,
    primaryText(v.manifest.metrics),
    noteText(noteOf.get(v.version)),
    v.manifest.unit ?? "-",
    metricsLine(v.manifest.metrics),
  ]);
  return table(
    [
      { name: "version", right: true },
      "status",
      "as of",
      { name: "algorithm", whole: true },
      { name: "at validation", whole: true },
      "note",
      "unit",
      "all metrics",
    ],
    rows,
    paint,
  );
}

/** The first of the metrics, by which people compare: "accuracy 0.7352". */
const primaryText = (metrics: ModelVersion["manifest"]["metrics"]): string => {
  const [first] = metricsInOrder(metrics);
  return first === undefined ? "-" : metricsLine(Object.fromEntries([first]));
};

/** "[season] before the relaunch" */
const noteText = (note: VersionNote | undefined): string =>
  note === undefined
    ? ""
    : [...note.tags.length > 0 ? [`[${note.tags.join(", ")}]`] : [], note.note].join(" ");

function movesText(history: readonly ServingMove[], paint: Paint): string {
  if (history.length === 0) return "No version served yet";
  const rows = history.map((
    m,
  ) => [
    minute(m.at),
    m.kind,
    String(m.version),
    percent(m.share),
    m.previous === null ? "-" : String(m.previous),
    m.by,
    m.why,
  ]);
  return table(
    [
      "at",
      "what",
      ...["version", "shown to", "beside or before"].map((name) => ({ name, right: true } as const)),
      "by",
      "why",
    ],
    rows,
    paint,
  );
}
