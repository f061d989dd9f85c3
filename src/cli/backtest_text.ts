import { count, metricFigure, money, signed } from "../format/numbers.ts";
import { metricName, metricsInOrder } from "../format/words.ts";
import type { Difference } from "../backtest/difference.ts";
import type { ModelResult, PolicyResult } from "../backtest/report.ts";
import type { BacktestDetail, BacktestSummary } from "../app/reports/backtest.ts";
import { trainingsText } from "../format/trainings.ts";
import { day, indented, minute, mood, type Paint, secondsText, table, wrapped } from "./format.ts";

/** Columns of the tables that people read, per kind of model, where it measures them. */
const COLUMNS = {
  classification: ["accuracy", "auc", "logLoss"],
  classes: ["accuracy", "logLoss", "macroRecall"],
  regression: ["mse", "cappedMse", "mae", "r2"],
} as const satisfies Record<ModelResult["kind"], readonly string[]>;
/** More do not fit into a terminal of 80 columns. */
const COLUMNS_MAX = 4;

/** A model's metrics in the order of its tables, with their names: first the one that people quote. */
export function columnsOf(
  { kind, metric, policies }: Pick<ModelResult, "kind" | "metric"> & {
    policies: readonly Pick<PolicyResult, "means">[];
  },
): [string, string][] {
  const measured = metricsInOrder(Object.assign({}, ...policies.map(({ means }) => means)));
  const usual = COLUMNS[kind].filter((name) => measured.some(([key]) => key === name));
  const others = usual.length > 1 ? [] : measured.map(([name]) => name);
  return [...new Set<string>([metric, ...usual, ...others])].slice(0, COLUMNS_MAX)
    .map((key) => [key, TABLE_NAMES[key] ?? metricName(key)]);
}

const TABLE_NAMES: Readonly<Record<string, string>> = { r2: "R2" };

const right = (name: string) => ({ name, right: true } as const);

/** A line for each backtest. */
export function backtestsText(backtests: readonly BacktestSummary[], paint: Paint): string {
  if (backtests.length === 0) return "No backtests yet. perennial backtest --policy never --policy perennial";
  const rows = backtests.map((b) => [
    b.id,
    mood(b.state, paint),
    `${Math.floor(100 * b.done / b.steps)} %`,
    minute(b.createdAt),
    `${day(b.from)} to ${day(b.to)}`,
    b.policies.map(({ label }) => label).join(", "),
  ]);
  return table(
    [{ name: "id", whole: true }, "state", right("done"), "began", "over", "policies"],
    rows,
    paint,
  );
}

/** One backtest: what each policy would have done. */
export function backtestText(backtest: BacktestDetail, paint: Paint, columns = 100): string {
  const { id, state, done, steps, from, to, stepDays, moments, by, why, text, ends, results, notes } =
    backtest;
  const failed = ends.filter((end) => end.state === "failed").map((end) =>
    paint("red", `${end.policy} failed: ${end.text}`)
  );
  const head = [
    `${paint("bold", `backtest ${id}`)}  ${mood(state, paint)}${text ? `: ${text}` : ""}, ` +
    `${count(done)} of ${count(steps)} steps`,
    `${moments} moments from ${day(from)} to ${day(to)}, every ${stepDays} days; by ${by}${
      why ? `: ${why}` : ""
    }`,
    ...failed,
  ];
  const lines = notes.map((note) => wrapped(note, { columns, indent: 2 }));
  return [head.join("\n"), ...results.map((result) => modelText(result, paint)), lines.join("\n")].join(
    "\n\n",
  );
}

function modelText(result: ModelResult, paint: Paint): string {
  const { model, first, last, policies, missing } = result;
  const most = Math.max(...policies.map(({ moments }) => moments));
  if (most === 0) return `${paint("bold", model)}: nothing is scored yet`;
  const head = `${paint("bold", model)}: means over ${most} moments from ${day(first)} to ${day(last)}`;
  const money = missing.length > 0
    ? `\n\nThe gain in money is unknown: perennial config set ${
      missing.map((name) => `${name}=...`).join(" ")
    }`
    : "";
  const calendars = result.calendar.map(({ text }) => `\n\n${text}`).join("");
  const uneven = policies.some(({ moments }) => moments < most)
    ? "\n\nMeans are over the moments that each policy has come to: they compare once all have as many"
    : "";
  return `${head}\n\n${indented(metricsTable(result, paint))}\n\n${
    indented(workTable(result, paint))
  }${calendars}${uneven}${money}`;
}

function metricsTable(result: ModelResult, paint: Paint): string {
  const { policies } = result;
  const columns = columnsOf(result);
  const [main, name] = columns[0];
  const heads = [
    "policy",
    ...columns.map(([, name]) => right(name)),
    right(`${name} to never`),
    right("to perennial"),
  ];
  const rows = policies.map((p) => [
    p.policy,
    ...columns.map(([key]) => number(p.means[key])),
    difference(p.toNever?.[main]),
    difference(p.toPerennial?.[main]),
  ]);
  return table(heads, rows, paint);
}

function workTable({ policies, currency }: ModelResult, paint: Paint): string {
  const heads = [
    "policy",
    "moments",
    "trainings",
    "deployments",
    "rolled back",
    "rejected",
    "inconclusive",
    "failed",
  ];
  const hasGains = policies.some(({ gain }) => gain !== null);
  const rows = policies.map((p) => [
    p.policy,
    String(p.moments),
    trainingsText(p),
    String(p.deployments),
    String(p.rolledBack),
    String(p.rejected),
    String(p.inconclusive),
    String(p.failed),
    secondsText(p.trainingSeconds),
    p.cost === null ? "-" : money(p.cost, currency),
    ...hasGains ? [gained(p, currency)] : [],
  ]);
  const rest = ["training", "cost", ...hasGains ? ["gain over never"] : []];
  return table(["policy", ...[...heads.slice(1), ...rest].map(right)], rows, paint);
}

/** With its interval. */
function difference(d: Difference | undefined): string {
  if (d === undefined || d.verdict === "the same") return "-";
  return d.low === null || d.high === null
    ? `${signed(d.mean)} (inconclusive)`
    : `${signed(d.mean)} (${signed(d.low)} to ${signed(d.high)})`;
}

function gained({ gain }: PolicyResult, currency: string): string {
  if (gain === null) return "-";
  const { amount, low, high } = gain;
  const interval = low === null || high === null ? "" : ` (${money(low, "")} to ${money(high, "")})`;
  return `${money(amount, currency)}${interval}`;
}

const number = (value: number | null | undefined): string => value === undefined ? "-" : metricFigure(value);
