import { basename } from "node:path";
import type { Command } from "commander";
import type { Change } from "../../detect/changes.ts";
import {
  defaultRunLength,
  errorsOf,
  type ErrorStream,
  openStream,
  type RowStream,
  visibleChanges,
  watch,
  type Watched,
} from "../../detect/mod.ts";
import { readTable } from "../../detect/table.ts";
import { count, counted, figure, percent } from "../../format/numbers.ts";
import { createTrainer } from "../../training/trainer.ts";
import { type Context, WIDE, withExamples } from "../context.ts";
import { type Paint, table } from "../format.ts";
import type { Io } from "../io.ts";
import { wholeNumber } from "../options.ts";
import { progressBar } from "../progress.ts";

interface DetectOptions {
  target: string;
  truth?: string;
  runLength?: number;
  json?: boolean;
}

/** The output of `--json`. Rows count from 0, without the header. */
interface DetectResult {
  file: string;
  rows: number;
  /** lines with another number of cells than the header, left out */
  unreadable: number;
  /** cells of numeric columns that are no number: they count as missing */
  odd: readonly { column: string; cells: number }[];
  /** columns whose numbers have decimal commas */
  commas: readonly string[];
  target: string;
  /** `binary`: right or wrong; `real`: absolute errors */
  errors: { kind: ErrorStream["kind"]; n: number; mean: number };
  model: { trainedOn: number; winners: readonly string[] };
  /** numbers between two false alarms that detectors with a budget keep to on average */
  runLength: number;
  /** null: the truth is not known */
  changes: (Change & { meanErrorBefore: number; meanErrorAfter: number })[] | null;
  detectors: Watched[];
}

const NOTES = `
The file is read as a stream: a model learns from its first tenth, then predicts every later row. Its errors (right or
wrong for a target of text or few whole numbers, else the absolute error) go to each detector in turn.

Found: the first alarm from a change on, before the next one. Repeated: a further one while that change goes on. False:
every other. Rows count from 0, without the header. Concepts that alternate make one gradual change.`;

/** `perennial detect` */
export function addDetect(program: Command, context: Context): void {
  const command = program.command("detect").description(
    "run the drift detectors on any stream: a CSV file, also packed (.gz)",
  )
    .argument("<file>", "the file; its first line names the columns, its rows are in order of time")
    .requiredOption("--target <column>", "what the model predicts from the other columns")
    .option("--truth <column>", "the true concept of each row, no feature: where it changes, drift begins")
    .option(
      "--run-length <n>",
      "mean number of rows between two false alarms; left out: 100 times the rows watched",
      wholeNumber({ min: 100 }),
    )
    .option("--json", "answer as JSON").option(...WIDE);
  const examples =
    "perennial detect stream.csv.gz --target class --truth concept\nperennial detect prices.csv --target price --json";
  withExamples(command.addHelpText("after", NOTES), examples)
    .action(async (file: string, options: DetectOptions) => {
      context.show(
        options,
        await detect(context.io, file, options),
        (result) => resultText(result, context.paint),
      );
    });
}

async function detect(
  io: Io,
  file: string,
  { target, truth, runLength }: DetectOptions,
): Promise<DetectResult> {
  const progress = stageBar(io);
  try {
    const rows = await readTable(
      file,
      (bytesRead, bytesTotal) => progress.at("reading", bytesRead / Math.max(1, bytesTotal)),
    );
    const given = openStream(rows, { target, truth });
    const stream = await train(given, (fraction) => progress.at("training", fraction));
    progress.at("detecting", 1);
    const changes = visibleChanges(given);
    const settings = { runLength: runLength ?? defaultRunLength(stream), changes };
    return {
      file: basename(file),
      rows: rows.rows,
      unreadable: rows.unreadable,
      odd: given.odd,
      commas: given.commas,
      target,
      errors: { kind: stream.kind, n: stream.rows.length, mean: meanError(stream, 0, rows.rows) },
      model: { trainedOn: given.learned.length, winners: stream.winners },
      runLength: settings.runLength,
      changes: changes?.map((change, i) => ({
        ...change,
        meanErrorBefore: meanError(stream, changes[i - 1]?.until ?? 0, change.row),
        meanErrorAfter: meanError(stream, change.until, changes[i + 1]?.row ?? rows.rows),
      })) ?? null,
      detectors: watch(stream, settings),
    };
  } finally {
    progress.stop();
  }
}

async function train(stream: RowStream, onProgress: (fraction: number) => void): Promise<ErrorStream> {
  const trainer = createTrainer();
  try {
    return await errorsOf(stream, trainer, onProgress);
  } finally {
    trainer.close();
  }
}

/** Over the rows from `start` to before `end`. */
function meanError({ rows, errors }: ErrorStream, start: number, end: number): number {
  let sum = 0;
  let n = 0;
  rows.forEach((row, i) => {
    if (row < start || row >= end) return;
    sum += errors[i];
    n += 1;
  });
  return sum / n;
}

/** A bar where a person watches, else nothing. */
function stageBar(io: Io): { at(stage: string, fraction: number): void; stop(): void } {
  const bar = progressBar("{bar} {percentage}% | {stage}", { clearOnComplete: true });
  return {
    at(stage, fraction) {
      if (io.isTerminal) bar.at(fraction, 1, { stage });
    },
    stop: bar.stop,
  };
}

function resultText(result: DetectResult, paint: Paint): string {
  const { file, rows, unreadable, target, errors, model, runLength, changes, detectors } = result;
  const wrong = errors.kind === "binary"
    ? `wrong in ${percent(errors.mean)} of`
    : `off by ${figure(errors.mean)} on average in`;
  const head = `${paint("bold", file)}: ${count(rows)} rows${
    unreadable > 0 ? `, ${count(unreadable)} more could not be read` : ""
  }. A model of "${target}" learned from the first ${count(model.trainedOn)} and was ${wrong} ${
    count(errors.n)
  } later ones.\nRun length: one false alarm in ${
    count(runLength)
  } rows; only detectors marked * keep to it, the others have the defaults of the literature.`;
  return [
    head,
    ...cellLines(result),
    ...changes ? [changesText(changes, paint)] : [],
    detectorsText(detectors, changes, paint),
  ]
    .join(
      "\n\n",
    );
}

function cellLines({ odd, commas }: DetectResult): string[] {
  const lines = odd.map(({ column, cells }) =>
    `${counted(cells, "cell")} of "${column}" without a number, taken as missing`
  );
  if (commas.length > 0) lines.push(`Numbers with decimal commas: ${commas.join(", ")}`);
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function changesText(changes: NonNullable<DetectResult["changes"]>, paint: Paint): string {
  if (changes.length === 0) return "The truth does not change after the rows learned from.";
  const columns = ["true change", "concept", { name: "mean error before", right: true }, {
    name: "after",
    right: true,
  }] as const;
  const rows = changes.map(({ row, until, from, to, meanErrorBefore, meanErrorAfter }) => [
    `row ${count(row)}${until > row ? ` to ${count(until)}` : ""}`,
    `${from} to ${to}`,
    figure(meanErrorBefore),
    figure(meanErrorAfter),
  ]);
  return table(columns, rows, paint);
}

const SHOWN = 6;

function detectorsText(
  detectors: readonly Watched[],
  changes: DetectResult["changes"],
  paint: Paint,
): string {
  const name = (detector: Watched) => detector.name + (detector.budgeted ? " *" : "");
  const alarms = (detector: Watched) => {
    const rows = detector.alarms.slice(0, SHOWN).map(({ row, direction }) => `${count(row)} ${direction}`);
    const more = detector.alarms.length - rows.length;
    return [...rows, ...more > 0 ? [`${count(more)} more`] : []].join(", ") || "none";
  };
  if (!changes) {
    return table(
      ["detector", "alarms at row"],
      detectors.map((detector) => [name(detector), alarms(detector)]),
      paint,
    );
  }
  const right = (text: string) => ({ name: text, right: true } as const);
  const columns = [
    "detector",
    "rows until found",
    right("mean"),
    right("missed"),
    right("false"),
    right("rows per false"),
    "alarms at row",
  ];
  const rows = detectors.map((detector) => {
    const { delays, falseAlarms, meanTimeBetweenFalseAlarms, meanTimeToDetect, missedRatio } = detector
      .judged!;
    const missed = delays.filter((delay) => delay === null).length;
    return [
      name(detector),
      delays.map((delay) => delay === null ? paint("yellow", "missed") : count(delay)).join(", ") || "-",
      meanTimeToDetect === null ? "-" : count(Math.round(meanTimeToDetect)),
      missedRatio === null ? "-" : `${missed} of ${delays.length}`,
      count(falseAlarms.length),
      meanTimeBetweenFalseAlarms === null ? "-" : count(Math.round(meanTimeBetweenFalseAlarms)),
      alarms(detector),
    ];
  });
  return table(columns, rows, paint);
}
