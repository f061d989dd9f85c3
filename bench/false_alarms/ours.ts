import { InsufficientDataError } from "../../src/core/errors.ts";
import type { Table } from "../../src/drift/table.ts";
import { compareWindows, type WindowsOptions, type WindowsVerdict } from "../../src/drift/windows.ts";
import { DrawsReader, type Run } from "./draws_reader.ts";
import { type Flags, movedKey } from "./flags.ts";
import { type Budget, BUDGETS } from "./protocol.ts";

/** What the check said of everything drawn in one folder. */
export interface OursFound {
  readonly flags: readonly Flags[];
  /** mean time of a look without a change, ms, by window size */
  readonly msPerLook: Readonly<Record<string, number>>;
  /** verdicts of calls with each budget's own alpha that agree with those from the smallest alpha's p-values */
  readonly direct: { same: number; compared: number };
}

export const settingOf = ({ name }: Budget) => `Perennial, ${name}`;

/** The check over all features at once, by itself. */
export const TOGETHER = { setting: "Perennial, all features at once, 1 % of looks", alpha: 0.01 };

/** In one run of so many, each budget is also asked for by itself. */
const DIRECT_EVERY = 20;

/**
 * Judges all that was drawn. One call gives the p-values that are compared with every budget: with the smallest alpha,
 * or, where the window has too few clusters for that, with the next one.
 */
export function judge(folder: string): OursFound {
  const reader = new DrawsReader(folder);
  const { protocol, moves } = reader.draws;
  const budgets = BUDGETS.map((budget) => emptyFlags(settingOf(budget)));
  const together = emptyFlags(TOGETHER.setting);
  const msPerLook: Record<string, number> = {};
  const direct = { same: 0, compared: 0 };
  for (let run = 0; run < protocol.runs.ours; run++) {
    const windows = reader.run(run);
    for (const size of protocol.sizes) {
      const started = performance.now();
      const looks = Array.from({ length: protocol.looks }, (_, look) => judged(windows, look, size, anyP));
      msPerLook[size] = (msPerLook[size] ?? 0) +
        (performance.now() - started) / protocol.looks / protocol.runs.ours;
      budgets.forEach((flags, b) => push(flags.unchanged, String(size), looks.map((answers) => answers[b])));
      if (run % DIRECT_EVERY === 0) askEach(windows, size, looks, direct);
    }
    if (run < protocol.together.runs) judgeTogether(windows, reader, together);
    if (run < protocol.moved.runs) {
      moves.forEach((_, move) => judgeMoved(windows, reader, { run, move }, budgets));
    }
  }
  return { flags: [...budgets, together], msPerLook, direct };
}

const emptyFlags = (setting: string) => ({
  setting,
  unchanged: {} as Record<string, string[]>,
  moved: {} as Record<string, string[]>,
});

const push = (to: Record<string, string[]>, key: string, answers: readonly string[]) =>
  void (to[key] ??= []).push(answers.join(""));

/** "1" where flagged, "0" where not, "-" where there are too few clusters to tell; by budget. */
type Answers = string[];

const anyP = ({ features }: WindowsVerdict) => Math.min(...features.map(({ p }) => p));

function judged(
  run: Run,
  look: number,
  size: number,
  pOf: (verdict: WindowsVerdict) => number,
  current = run.current(look, size),
): Answers {
  for (const [b, { alpha }] of BUDGETS.entries()) {
    const verdict = compared(run, look, current, { alpha, alphaTogether: 0 });
    if (verdict === null) continue;
    return BUDGETS.map((budget, i) => i < b ? "-" : pOf(verdict) <= budget.alpha ? "1" : "0");
  }
  return BUDGETS.map(() => "-");
}

function compared(
  run: Run,
  look: number,
  current: Table,
  options: Pick<WindowsOptions, "alpha" | "alphaTogether">,
): WindowsVerdict | null {
  try {
    return compareWindows(run.reference, current, { ...options, ...run.options(look, current.rows) });
  } catch (error) {
    if (error instanceof InsufficientDataError) return null;
    throw error;
  }
}

/** Asks with the alpha of each larger budget: the p-values of the smallest must lead to the same verdicts. */
function askEach(run: Run, size: number, looks: readonly Answers[], direct: OursFound["direct"]): void {
  BUDGETS.slice(1).forEach(({ alpha }, b) =>
    looks.forEach((answers, look) => {
      const verdict = compared(run, look, run.current(look, size), { alpha, alphaTogether: 0 });
      const answer = verdict === null ? "-" : verdict.features.some(({ drifted }) => drifted) ? "1" : "0";
      direct.compared++;
      if (answer === answers[b + 1]) direct.same++;
    })
  );
}

/** The features' part is given a large alpha, with which it ends soon. */
function judgeTogether(
  run: Run,
  { draws: { protocol } }: DrawsReader,
  flags: ReturnType<typeof emptyFlags>,
): void {
  for (const size of protocol.sizes) {
    const answers = Array.from({ length: protocol.together.looks }, (_, look) => {
      const options = { alpha: 0.2, alphaTogether: TOGETHER.alpha };
      const verdict = compared(run, look, run.current(look, size), options);
      return verdict === null ? "-" : verdict.together!.drifted ? "1" : "0";
    });
    push(flags.unchanged, String(size), answers);
  }
}

function judgeMoved(
  windows: Run,
  reader: DrawsReader,
  { run, move }: { run: number; move: number },
  budgets: readonly ReturnType<typeof emptyFlags>[],
): void {
  const { moves, protocol } = reader.draws;
  const { feature, by } = moves[move];
  by.forEach((amount, a) => {
    const columns = reader.moved(move, a, run);
    for (const size of protocol.sizes) {
      const looks = columns.map((column, look) => {
        const current = withColumn(windows.current(look, size), feature, column);
        return judged(windows, look, size, ({ features }) => features[feature].p, current);
      });
      const key = movedKey(move, amount, size);
      budgets.forEach((flags, b) => push(flags.moved, key, looks.map((answers) => answers[b])));
    }
  });
}

function withColumn(table: Table, feature: number, column: Float32Array): Table {
  const values = table.values.slice();
  const width = table.names.length;
  for (let row = 0; row < table.rows; row++) values[row * width + feature] = column[row];
  return { ...table, values };
}
