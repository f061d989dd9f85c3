import type { Alert } from "../../src/alerts/alert.ts";
import type { Check } from "../../src/monitoring/check.ts";
import type { ModelVersion, ServingMove } from "../../src/registry/version.ts";
import type { Cycle } from "../../src/reporting/cycle.ts";
import type { Status } from "../../src/reporting/status.ts";

/** What one policy would have scored at one cut-off of a replay of history. */
export interface ReplayScore {
  model: string;
  policy: string;
  cutoff: string;
  version: number | null;
  rows: number;
  metrics: Record<string, number>;
}

/** Which cycles to list, newest first. */
export interface CycleQuery {
  model?: string;
  outcome?: string;
  limit: number;
  offset: number;
}

/** All that the pages read. They change nothing. */
export interface Dashboard {
  /** the wall clock, as ISO 8601 */
  now(): string;
  status(): Promise<Status>;
  cycles(query: CycleQuery): Promise<Cycle[]>;
  /** null: there is no such cycle */
  cycle(id: string): Promise<Cycle | null>;
  /** null: the model has no such version */
  version(model: string, version: number): Promise<ModelVersion | null>;
  /** the newest ones, newest first */
  versions(model: string): Promise<ModelVersion[]>;
  /** every change of what serves, newest first */
  moves(model: string): Promise<ServingMove[]>;
  /** open ones, newest first */
  alerts(): Promise<Alert[]>;
  /** newest first */
  checks(limit: number): Promise<Check[]>;
  /** of the newest replay, oldest cut-off first; empty where none was run */
  replayScores(): Promise<ReplayScore[]>;
  /** where Temporal's UI shows a workflow; null: no UI is known */
  workflowUrl(workflowId: string, runId: string): string | null;
}
