import { count, figure, percent } from "../format/numbers.ts";
import { metricName } from "../format/words.ts";
import type { Trends } from "../app/reports/trends.ts";
import { day, INTERVAL, mood, type Paint, secondsText, table } from "./format.ts";

/** Newest lines of each table. */
const LINES = 12;

/** Prints a model's history: metric over time, gain and cost per cycle, and time to answer. */
export function trendsText(trends: Trends, paint: Paint): string {
  const { model, metric, frequency: f } = trends;
  if (metric === null) return `${model}: nothing was measured yet`;
  const every = f.daysBetween === null ? "" : `, one in ${f.daysBetween.toFixed(0)} days`;
  const deployed = f.daysBetweenDeployments === null
    ? ""
    : `, one in ${f.daysBetweenDeployments.toFixed(0)} days`;
  return [
    `${model}: ${count(f.cycles)} cycles${every}; ${count(f.deployed)} deployed${deployed}`,
    section(`${metricName(metric)} over time`, looksTable(trends, paint)),
    section("gained and paid per cycle", cyclesTable(trends, paint)),
    section("from trouble to the check that answered", detectionsTable(trends, paint)),
  ].join("\n\n");
}

const section = (title: string, body: string | null) => `${title}\n${body ?? "nothing yet"}`;

function looksTable({ looks }: Trends, paint: Paint): string | null {
  if (looks.length === 0) return null;
  const columns = ["as of", right("version"), right("value"), INTERVAL, right("rows"), ""];
  const rows = looks.slice(-LINES).map((look) => [
    day(look.asOf),
    String(look.version),
    figure(look.value),
    interval(look, figure),
    count(look.rows),
    look.estimated ? "estimated" : "measured",
  ]);
  return table(columns, rows, paint);
}

function cyclesTable({ cycles }: Trends, paint: Paint): string | null {
  if (cycles.length === 0) return null;
  const columns = [
    "cycle",
    "as of",
    "outcome",
    right("fall of the loss"),
    INTERVAL,
    right("took"),
    right("rows"),
  ];
  const rows = cycles.slice(-LINES).map((cycle) => [
    String(cycle.number),
    day(cycle.asOf),
    mood(cycle.outcome, paint),
    cycle.improvement ? share(cycle.improvement.relative) : "-",
    cycle.improvement ? intervalOf(cycle.improvement) : "-",
    secondsText(cycle.secondsTotal),
    cycle.rows === null ? "-" : count(cycle.rows),
  ]);
  return table(columns, rows, paint);
}

/** A comparison without a width is none: both answered alike. */
const intervalOf = ({ low, high }: NonNullable<Trends["cycles"][number]["improvement"]>): string =>
  low === 0 && high === 0 ? "same predictions" : interval({ low, high }, share);

function detectionsTable({ detections }: Trends, paint: Paint): string | null {
  if (detections.length === 0) return null;
  const columns = ["cause", "since", "answered", "answer", right("days")];
  const rows = detections.slice(-LINES).map(({ cause, since, answered, answer, hours }) => [
    cause,
    day(since),
    day(answered),
    mood(answer, paint),
    (hours / 24).toFixed(1),
  ]);
  return table(columns, rows, paint);
}

const right = (name: string) => ({ name, right: true } as const);
const share = (value: number) => percent(value, { sign: true });
const interval = (
  { low, high }: { low: number | null; high: number | null },
  text: (value: number) => string,
) => low === null || high === null ? "-" : `${text(low)} to ${text(high)}`;
