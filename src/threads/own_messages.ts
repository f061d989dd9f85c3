/** Messages to and from a thread that runs a file of the operator's. */

/** The first message: which file it runs, and how much memory its heap may take. */
export interface OwnStart {
  /** address of the file */
  file: string;
  heapMb: number;
}

/** One question. */
export interface OwnCall {
  id: number;
  /** function of the file's default export, or of the module `by`, which is handed the export first */
  call: string;
  /** address of a module of ours */
  by?: string;
  args: readonly unknown[];
}

export type ToOwnThread = { start: OwnStart } | { ask: OwnCall } | { end: true };

/** What the default export of a file holds. */
export interface OwnShape {
  /** values that are plain data, by name */
  values: Record<string, unknown>;
  functions: string[];
}

export interface OwnError {
  name: string;
  message: string;
}

export type FromOwnThread =
  | { kind: "loaded"; shape: OwnShape }
  | { kind: "answer"; id: number; json: string }
  | { kind: "failed"; id: number | null; error: OwnError }
  | { kind: "ended" };
