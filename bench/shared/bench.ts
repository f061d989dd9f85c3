import type { Report } from "./report.ts";

export interface BenchContext {
  say: (line: string) => void;
  /** the whole data set too */
  whole: boolean;
  /** small and few: to see that the bench itself works; figures mean nothing */
  quick: boolean;
  /** a file of the caller's own; `when` reads it */
  data?: string;
  /** a file that rows go to; `when` writes it */
  json?: string;
  loss?: string;
  window?: string;
  history?: string;
  seeds?: string;
  sets?: string;
  learners?: string;
}

/** One bench: what it measures, and the time after which it is taken for stuck. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  readonly minutes: number;
  /** the same with `--whole`, where that takes longer */
  readonly minutesWhole?: number;
  /** what `--help` tells of it alone */
  readonly help?: string;
  run(context: BenchContext): Promise<{ report: Report; versions: Record<string, string> }>;
}
