import { count, figure, money, percent } from "../format/numbers.ts";
import type { CycleImpact, Impact, StageImpact } from "../impact/impact.ts";
import type { Money } from "../impact/money.ts";
import { stateWord } from "../format/state_words.ts";
import { metricName } from "../format/words.ts";
import { isSamePredictions } from "../stats/same_predictions.ts";
import { day, indented, INTERVAL, type Paint, secondsText, table, wrapped } from "./format.ts";

/** Newest cycles that are shown; JSON has all. */
const LINES = 12;
const GROUPS = 3;
const COLUMNS_MAX = 110;

/** Reports the worth of retraining, for who runs the shop. */
export function impactText(impact: Impact, paint: Paint, columns = 100): string {
  const { model, cycles, economics, asOf } = impact;
  const width = Math.min(columns, COLUMNS_MAX);
  const head = `${paint("bold", model)} as of ${day(asOf)}: ${economics.text}`;
  if (cycles.length === 0) return `${head}\nNo version was deployed yet`;
  return [
    wrapped(head, { columns: width, indent: 2 }),
    section("what each deployment changed, on rows neither model had seen", lossTable(cycles, paint)),
    economics.stated ? moneyText(impact, paint) : null,
    section("change of feature importance against the model before", groupsTable(cycles, paint)),
    impact.forecasts.length > 0
      ? section("what checks forecast of a training, and what came", forecastsTable(impact))
      : null,
    ...impact.assumptions.map((line) => wrapped(line, { columns: width, indent: 2 })),
  ].filter((part) => part !== null).join("\n\n");
}

/** Forecasts beside what came, newest first. */
function forecastsTable({ forecasts, widened }: Impact): string {
  const rows = forecasts.toReversed().slice(0, LINES).map((
    { asOf, made, instead, mean, low, high, came, isWithin },
  ) => [
    day(asOf),
    `${instead} -> ${made}`,
    figure(mean),
    `${figure(low)} to ${figure(high)}`,
    figure(came),
    isWithin ? "within" : "outside",
  ]);
  const columns = ["check", "version", right("forecast"), "nine of ten", right("came"), "it came"];
  const note = widened > 1 ? `\nThe next forecasts are ${figure(widened)} times as wide` : "";
  return table(columns, rows) + note;
}

const section = (title: string, body: string) => `${title}\n${indented(body)}`;
const right = (name: string) => ({ name, right: true } as const);
const versions = ({ version, against }: CycleImpact) => `${against ?? "guess"} -> ${version}`;

function lossTable(cycles: readonly CycleImpact[], paint: Paint): string {
  const columns = [
    "cycle",
    "as of",
    "trigger",
    "version",
    right("loss"),
    INTERVAL,
    right("rows"),
    "afterwards",
  ];
  const rows = cycles.slice(0, LINES).map((cycle) => {
    const { validation: { report } } = cycle;
    const about = [String(cycle.number), day(cycle.asOf), cycle.because, versions(cycle)];
    if (!report) return [...about, "-", cycle.validation.text, "-", changeOf(cycle.outcomes)];
    const { difference: { mean, low, high, n } } = report;
    const share = (value: number) => signedShare(value / report.before);
    const between = isSamePredictions(report.difference)
      ? "same predictions"
      : `${share(low)} to ${share(high)}`;
    return [...about, share(mean), between, count(n), changeOf(cycle.outcomes)];
  });
  return table(columns, rows, paint);
}

function changeOf({ report, text }: StageImpact): string {
  if (!report) return text;
  const { difference, before, loss } = report;
  const { mean, low, high, n } = difference;
  if (isSamePredictions(difference)) return `same predictions on ${count(n)} rows`;
  const share = (value: number) => signedShare(value / before);
  return `${metricName(loss)} ${share(mean)} (${share(low)} to ${share(high)}) on ${count(n)} rows`;
}

const signedShare = (share: number) => Number.isFinite(share) ? percent(share, { sign: true }) : "-";

function moneyText(impact: Impact, paint: Paint): string {
  const { economics, currency, byReason } = impact;
  const basis = economics.basis === "profit" ? "profit" : "captured margin";
  return [
    section(
      `${basis} of one horizon over the whole population, old and new model`,
      upliftTable(impact, paint),
    ),
    economics.basis === "profit" ? section("results", gainTable(impact, paint)) : null,
    economics.basis === "profit" && byReason.length > 0
      ? section("by trigger, estimated", reasonTable(byReason, currency, paint))
      : null,
  ].filter((part) => part !== null).join("\n\n");
}

function upliftTable({ cycles, currency }: Impact, paint: Paint): string {
  const columns = [
    "cycle",
    "rows",
    "contacted from",
    right("old"),
    right("new"),
    right("uplift"),
    INTERVAL,
    right("shoppers"),
    "verdict",
  ];
  const line = ({ number }: CycleImpact, name: string, stage: StageImpact) => {
    const { uplift, before, after, thresholds, learned, text } = stage;
    if (uplift === null) return [String(number), name, "-", "-", "-", "-", "-", "-", text];
    const proof = thresholds === "time" ? "older rows" : "the other half";
    const chosen = learned ? `what ${proof} proved` : "where it pays";
    const models = [sum(before, currency), sum(after, currency)];
    return [String(number), name, chosen, ...models, ...moneyCells(uplift, currency)];
  };
  const rows = cycles.slice(0, LINES).flatMap((cycle) => [
    line(cycle, "validation", cycle.validation),
    line(cycle, "afterwards", cycle.outcomes),
  ]);
  return table(columns, rows, paint);
}

const moneyCells = (money: Money, currency: string): string[] => [
  sum(money.amount, currency),
  range(money, currency),
  count(money.shoppers),
  stateWord(money.verdict),
];

function gainTable({ cycles, total, currency }: Impact, paint: Paint): string {
  const columns = [
    "cycle",
    right("horizons served"),
    right("took"),
    right("cost"),
    right("measured"),
    INTERVAL,
    right("shoppers"),
    "return on cost",
    right("estimate"),
    INTERVAL,
  ];
  const cells = ({ measured, estimated }: Pick<CycleImpact, "measured" | "estimated">) => [
    ...gainCells(measured.gain, currency),
    measured.gain === null ? "-" : count(measured.gain.shoppers),
    returnOf(measured),
    ...gainCells(estimated.gain, currency),
  ];
  const rows = cycles.slice(0, LINES).map((cycle) => [
    String(cycle.number),
    cycle.horizonsServed.toFixed(1),
    secondsText(cycle.seconds),
    sum(cycle.cost, currency),
    ...cells(cycle),
  ]);
  const all = ["total", "", secondsText(total.seconds), sum(total.cost, currency), ...cells(total)];
  return table(columns, [...rows, all], paint);
}

const gainCells = (gain: Money | null, currency: string): string[] =>
  gain === null ? ["-", "-"] : [sum(gain.amount, currency), range(gain, currency)];

function reasonTable(byReason: Impact["byReason"], currency: string, paint: Paint): string {
  const columns = [
    "trigger",
    right("deployments"),
    right("estimate"),
    INTERVAL,
    right("shoppers"),
    "verdict",
  ];
  const rows = byReason.map(({ reason, deployments, estimated }) => [
    reason,
    String(deployments),
    ...estimated ? moneyCells(estimated, currency) : ["-", "-", "-", stateWord("cannot tell yet")],
  ]);
  return table(columns, rows, paint);
}

function groupsTable(cycles: readonly CycleImpact[], paint: Paint): string {
  const columns = [
    "cycle",
    "features",
    right("old"),
    right("new"),
    right("difference"),
    INTERVAL,
    right("rows"),
    "verdict",
  ];
  const measured = cycles.slice(0, LINES).filter(({ validation: { report } }) =>
    report && !isSamePredictions(report.difference)
  );
  const rows = measured.flatMap(({ number, validation: { report } }) =>
    (report?.groups ?? []).slice(0, GROUPS).map(
      ({ group, before, after, difference: { mean, low, high, n } }) => {
        const share = (value: number) => signedShare(value / report!.before);
        const verdict = low > 0
          ? "more"
          : high < 0
          ? "less"
          : low === high
          ? "no difference"
          : "cannot tell yet";
        return [
          String(number),
          group,
          share(before),
          share(after),
          share(mean),
          `${share(low)} to ${share(high)}`,
          count(n),
          stateWord(verdict),
        ];
      },
    )
  );
  return rows.length === 0 ? "nothing was measured yet" : table(columns, rows, paint);
}

/** The profit curve of both models. */
export function curveText({ model, curve, currency, economics }: Impact, paint: Paint): string {
  if (curve === null) {
    return `${model}: ${economics.stated ? "no deployment was measured yet" : economics.text}`;
  }
  const columns = [
    right("contacted"),
    right("contacts"),
    right("from"),
    right("old"),
    right("new"),
    right("uplift"),
    INTERVAL,
    "",
  ];
  const rows = curve.points.map(({ share, contacts, threshold, before, after, uplift, affordable }) => [
    `${Math.round(100 * share)} %`,
    count(Math.round(contacts)),
    threshold === null ? "-" : figure(threshold),
    sum(before, currency),
    sum(after, currency),
    sum(uplift.amount, currency),
    range(uplift, currency),
    affordable ? stateWord(uplift.verdict) : `${stateWord(uplift.verdict)}, beyond the budget`,
  ]);
  return [
    `${
      paint("bold", model)
    }: ${economics.basis} of one horizon by share contacted, ${curve.cycle}, ${curve.stage}`,
    table(columns, rows, paint),
    "Each line is unbiased by itself. The best of them is optimistic.",
  ].join("\n");
}

const sum = (amount: number | null, currency: string): string =>
  amount === null ? "-" : money(amount, currency);

const range = ({ low, high }: Pick<Money, "low" | "high">, currency: string): string =>
  low === null || high === null ? "unknown" : `${sum(low, currency)} to ${sum(high, currency)}`;

/** Returns the return on cost: only where it is known to have brought, or lost, something. */
function returnOf({ gain, roi }: CycleImpact["measured"]): string {
  if (gain === null || roi === null) return "-";
  if (gain.verdict !== "gains" && gain.verdict !== "loses") return stateWord(gain.verdict);
  const end = (value: number | null) => value === null ? "unknown" : figure(value);
  return `${figure(roi.amount)} x (${end(roi.low)} to ${end(roi.high)})`;
}
