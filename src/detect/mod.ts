import { InsufficientDataError, InvalidInputError } from "../core/errors.ts";
import type { ErrorKind } from "../drift/stream/detector.ts";
import { STREAM_DETECTORS } from "../drift/stream/mod.ts";
import type { Trainer } from "../training/trainer.ts";
import { type Change, changesOf } from "./changes.ts";
import { encodeFeatures, type Features } from "./features.ts";
import { type AlarmAt, judgeAlarms, type Judged } from "./judge_alarms.ts";
import { type Answers, fitModel } from "./model.ts";
import { cleanedColumn } from "./odd_cells.ts";
import type { RawColumn, Table } from "./table.ts";
import { knownRows, type Target, targetOf } from "./target.ts";

/** A table seen as a stream of rows: what to learn, from what, and which rows come later. */
export interface RowStream {
  readonly table: Table;
  readonly target: Target;
  readonly features: Features;
  /** the column of the true concept, which is no feature */
  readonly truth?: RawColumn;
  /** rows of the first tenth whose target is known, and rows after it */
  readonly learned: readonly number[];
  readonly later: readonly number[];
  /** cells of numeric columns that are no number and count as missing */
  readonly odd: readonly { readonly column: string; readonly cells: number }[];
  /** columns whose numbers have decimal commas */
  readonly commas: readonly string[];
}

/** The errors of a model on a stream, after training on its first tenth. */
export interface ErrorStream extends Answers {
  readonly kind: ErrorKind;
  /** which rows, from 0; parallel to `errors` and `groups` */
  readonly rows: readonly number[];
  /** the candidates that won */
  readonly winners: readonly string[];
}

/** The alarms of one detector on the errors. */
export interface Watched {
  readonly name: string;
  readonly budgeted: boolean;
  readonly source: string;
  readonly alarms: readonly AlarmAt[];
  /** none without the truth */
  readonly judged?: Judged;
}

const ROWS_NEEDED = 500;
const LEARNED_NEEDED = 20;
const SEED = 1;
/** Without a run length given: a file in which nothing changes ends without a false alarm in about 99 of 100 cases. */
const FILES_PER_FALSE_ALARM = 100;

/**
 * Takes a table for a stream.
 * @param names of the columns to learn and, where it is known, of the true concept
 * @throws {InvalidInputError} a column is missing, or the target has one value   @throws {InsufficientDataError} too few rows
 */
export function openStream(table: Table, names: { target: string; truth?: string }): RowStream {
  const cleaned = table.columns.map(cleanedColumn);
  const raw = columnOf(table, names.target);
  const truth = names.truth === undefined ? undefined : columnOf(table, names.truth);
  if (table.rows < ROWS_NEEDED) throw new InsufficientDataError("this stream, rows", table.rows, ROWS_NEEDED);
  const learn = Math.floor(table.rows / 10);
  const target = targetOf(cleaned[table.columns.indexOf(raw)].column, learn);
  const used = cleaned.filter((_, i) => table.columns[i] !== truth);
  const given = cleaned.filter((_, i) => table.columns[i] !== raw && table.columns[i] !== truth)
    .map(({ column }) => column);
  const features = encodeFeatures(given, table.rows, learn);
  if (features.names.length === 0) {
    throw new InsufficientDataError("this stream, columns to learn from", 0, 1);
  }
  const [learned, later] = [knownRows(target, 0, learn), knownRows(target, learn, table.rows)];
  if (learned.length < LEARNED_NEEDED) {
    throw new InsufficientDataError(
      `the first ${learn} rows, those with a target`,
      learned.length,
      LEARNED_NEEDED,
    );
  }
  if (later.length === 0) {
    throw new InsufficientDataError("the rows after the first tenth, those with a target", 0, 1);
  }
  const odd = used.filter((one) => one.odd > 0).map((one) => ({ column: one.column.name, cells: one.odd }));
  const commas = used.filter(({ hasCommas }) => hasCommas).map(({ column }) => column.name);
  return { table, target, features, truth, learned, later, odd, commas };
}

/** Trains on the first tenth and predicts the rest. @param onProgress of the training, 0 to 1 */
export async function errorsOf(
  { target, features, learned, later }: RowStream,
  trainer: Trainer,
  onProgress: (fraction: number) => void = () => undefined,
): Promise<ErrorStream> {
  const model = await fitModel({ trainer, features, target, rows: learned, seed: SEED, onProgress });
  const kind = target.kind === "classes" ? "binary" : "real";
  return { kind, rows: later, winners: model.winners, ...await model.answer(later) };
}

function columnOf({ columns }: Table, name: string): RawColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const have = columns.slice(0, 20).map((candidate) => `"${candidate.name}"`).join(", ");
  throw new InvalidInputError(`Cannot find column "${name}": have ${have}`, "column");
}

/** The true changes that can be seen: those after the rows learned from; undefined where the truth is not known. */
export const visibleChanges = ({ table, truth, later }: RowStream): Change[] | undefined =>
  truth && changesOf(truth, table.rows).filter(({ row }) => row >= later[0]);

/** The run length that is taken where none is given. */
export const defaultRunLength = ({ errors }: ErrorStream): number => FILES_PER_FALSE_ALARM * errors.length;

/** Lets every detector that can read such errors do so. @param changes none: the truth is not known */
export function watch(
  stream: ErrorStream,
  { runLength, changes }: { runLength: number; changes?: readonly Change[] },
): Watched[] {
  const { kind, rows, errors, groups } = stream;
  return STREAM_DETECTORS.filter(({ kinds }) => kinds.includes(kind)).map((one) => {
    const detector = one.create({ kind, runLength, seed: SEED });
    const alarms: AlarmAt[] = [];
    errors.forEach((error, i) => {
      const direction = detector.update(error, groups[i]);
      if (direction !== null) alarms.push({ row: rows[i], direction });
    });
    const { name, budgeted, source } = one;
    return { name, budgeted, source, alarms, judged: changes && judgeAlarms(alarms, changes, errors.length) };
  });
}
