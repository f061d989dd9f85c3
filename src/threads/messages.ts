import type { Table } from "../drift/table.ts";
import type { WindowsOptions, WindowsVerdict } from "../drift/windows.ts";

/** Messages between the pool and its thread. */
export interface ToDriftWorker {
  id: number;
  reference: Table;
  current: Table;
  options: WindowsOptions;
}

export type FromDriftWorker =
  | { id: number; kind: "done"; verdict: WindowsVerdict }
  | { id: number; kind: "failed"; error: ErrorFacts };

/** An error as it crosses between threads: structured cloning keeps neither its class nor its own fields. */
export interface ErrorFacts {
  name: string;
  message: string;
  /** of an InsufficientDataError */
  insufficient: { what: string; have: number; need: number } | null;
}
