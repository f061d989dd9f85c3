import type { Approval } from "../../src/db/approvals.ts";
import type { ConfigVersion } from "../../src/db/config_versions.ts";
import type { RetrainingConfig } from "../../src/retraining_config.ts";
import type { Trial } from "../../src/reporting/try_config.ts";
import type { Alert } from "../../src/alerts/alert.ts";
import type { Check } from "../../src/monitoring/check.ts";
import type { ModelVersion, ServingMove } from "../../src/registry/version.ts";
import type { Cycle } from "../../src/reporting/cycle.ts";
import type { ReadLook } from "../../src/reporting/rollout_looks.ts";
import type { Status } from "../../src/reporting/status.ts";
import type { Rollout } from "../../src/rollout/rollout.ts";

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

/** A rollout with all that happened in it. */
export interface RolloutStory {
  rollout: Rollout;
  /** what it goes by, a sentence a line */
  plan: string[];
  /** the newest ones, oldest first */
  looks: ReadLook[];
  /** each change of what serves that it brought, oldest first */
  moves: ServingMove[];
}

/** What governs retraining: now, and before. */
export interface Configuration {
  current: ConfigVersion;
  /** version 0 */
  defaults: ConfigVersion;
  /** all versions that are kept in reach, newest first */
  versions: ConfigVersion[];
  /** every model that may differ */
  models: string[];
}

/** All that the pages read. It changes nothing. */
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
  /** the version to fall back to from the serving one; null: there is none */
  knownGood(model: string): Promise<number | null>;
  /** the newest ones: running ones first, then newest first */
  rollouts(): Promise<Rollout[]>;
  /** null: there is no such rollout */
  rollout(id: string): Promise<RolloutStory | null>;
  /** what waits for a person, newest first */
  approvals(): Promise<Approval[]>;
  /** open ones, newest first */
  alerts(): Promise<Alert[]>;
  /** newest first */
  checks(limit: number): Promise<Check[]>;
  /** of the newest replay, oldest cut-off first; empty where none was run */
  replayScores(): Promise<ReplayScore[]>;
  configuration(): Promise<Configuration>;
  /** decides the last days of history again under another configuration */
  tryConfig(wanted: RetrainingConfig, days: number): Promise<Trial>;
  /** where Temporal's UI shows a workflow; null: no UI is known */
  workflowUrl(workflowId: string, runId: string): string | null;
}
