import type { Command } from "commander";
import { count, counted, interval, shareText, signedBrief } from "../../format/numbers.ts";
import { listed } from "../../format/words.ts";
import type { ModelStatus, Status } from "../../retraining/status.ts";
import { shownText } from "../../format/rollout_text.ts";
import { stateWord } from "../../format/state_words.ts";
import { isSamePredictions } from "../../stats/same_predictions.ts";
import { asking, type Common, type Context } from "../context.ts";
import { day, metricsLine, minute, mood, type Paint, wrapped } from "../format.ts";

/** `perennial status` */
export function addStatus(program: Command, context: Context): void {
  const command = program.command("status").description("what the system is doing, model by model");
  asking(command, "perennial status\nperennial status --json").action(async (options: Common) => {
    const status = await (await context.client(options)).status();
    context.show(options, status, (s) => statusText(s, context.paint));
  });
}

/** The status as a person reads it. */
export function statusText(
  { asOf, clock, temporalUi, openAlerts, headline, installation, models }: Status,
  paint: Paint,
): string {
  const where = clock === "pinned" ? `as of ${minute(asOf)} UTC (pinned clock)` : `as of ${minute(asOf)} UTC`;
  const ui = temporalUi ? `, Temporal at ${temporalUi}` : "";
  const alerts = openAlerts > 0 ? `\n${counted(openAlerts, "open alert")}: perennial alerts list` : "";
  const columns = paint.width ?? Infinity;
  const head = [headline, paint("dim", where + ui)].map((line) => wrapped(line, { columns }));
  const about = installation ? `\n${paint("yellow", "installation")}: ${installation.text}` : "";
  return [`${head.join("\n")}${alerts}${about}`, ...models.map((m) => modelText(m, paint))]
    .join("\n\n");
}

function modelText(m: ModelStatus, paint: Paint): string {
  const lines: [string, string][] = [
    ["health", `${mood(m.health.state, paint)}. ${m.health.text}`],
    ["serving", servingText(m)],
    ...m.measured ? [["measured", measuredText(m.measured)] as [string, string]] : [],
    [
      "new events",
      `${counted(m.samples.collected, "new event")} ${
        m.samples.since === null ? "before the first training" : "since the last training"
      } (threshold ${count(m.samples.needed)})`,
    ],
    ["running", m.running ? runningText(m.running) : "nothing"],
    ...m.rollout ? [["rollout", rolloutText(m.rollout)] as [string, string]] : [],
    ...m.approval ? [["approval", approvalText(m.approval)] as [string, string]] : [],
    [
      "last cycle",
      m.lastCycle
        ? `${m.lastCycle.number}, ${stateWord(m.lastCycle.outcome ?? "running")}. ${m.lastCycle.text}`
        : "none yet",
    ],
    [
      "last check",
      m.lastCheck ? `${minute(m.lastCheck.checkedAt)}: ${stateWord(m.lastCheck.answer)}` : "none yet",
    ],
    ["next check", m.active ? minute(m.nextCheckAt) : "stopped; `perennial start` turns automatic checks on"],
    ...m.openAlerts > 0 ? [["alerts", `${m.openAlerts} open`] as [string, string]] : [],
  ];
  const head = `${paint("bold", m.model)}  ${paint("dim", `${m.question} In ${m.unit}.`)}`;
  const columns = paint.width ?? Infinity;
  const drawn = lines.map(([name, text]) =>
    wrapped(`  ${paint("dim", name.padEnd(10))}  ${text}`, { columns, indent: 14 })
  );
  return [wrapped(head, { columns, indent: 2 }), ...drawn].join("\n");
}

function servingText({ serving }: ModelStatus): string {
  if (!serving) return "no version yet";
  const { version, since, candidate, metrics, validationRows, difference } = serving;
  const measured = Object.keys(metrics).length > 0
    ? `: ${metricsLine(metrics)} on ${count(validationRows)} rows`
    : "";
  const against = difference ? `; ${againstText(difference)}` : "";
  return `version ${version} (${candidate}) since ${day(since)}${measured}${against}`;
}

const againstText = (difference: NonNullable<NonNullable<ModelStatus["serving"]>["difference"]>): string =>
  isSamePredictions(difference)
    ? "same predictions as the one before"
    : `${shareText(difference.confidence)} interval against the one before ${
      interval(difference, signedBrief)
    }`;

/** What outcomes said of a version, as the overview quotes it. */
function measuredText(
  { version, versions = [version], asOf, metrics }: NonNullable<ModelStatus["measured"]>,
): string {
  const values = metrics.map(({ metric, value }): [string, number] => [metric, value]);
  return `version${versions.length > 1 ? "s" : ""} ${listed(versions.map(String))} by ${day(asOf)}: ${
    metricsLine(Object.fromEntries(values))
  } on ${count(metrics[0]?.rows ?? 0)} outcomes`;
}

function rolloutText(rollout: NonNullable<ModelStatus["rollout"]>): string {
  const { drill, version, strategy, paused } = rollout;
  const until = paused ? ` by ${paused.by} until ${minute(paused.until)}` : "";
  return `${shownText({ ...rollout, version: `version ${version}` })}${until} (${
    drill ? "drill" : strategy
  })`;
}

const approvalText = ({ version, expiresAt }: NonNullable<ModelStatus["approval"]>) =>
  `version ${version} waits until ${minute(expiresAt)}: perennial approvals`;

function runningText({ id, stage, progress }: NonNullable<ModelStatus["running"]>): string {
  const share = progress ? `, ${Math.round(progress.fraction * 100)} % ${progress.text}` : "";
  return `${id}: ${stage}${share}`;
}
