import type { Approval } from "../db/rollouts/approvals.ts";
import type { ConfigVersion } from "../db/config/config_versions.ts";
import type { RetrainingConfig } from "../config/retraining.ts";
import type { WhatIfReport } from "../retraining/what_if.ts";
import type { Alert, AlertKind, Delivery } from "../alerts/alert.ts";
import type { Revisions } from "../db/revisions.ts";
import type { AuditRow } from "../db/access/audit.ts";
import type { QuarantineRow } from "../db/events/quarantine_list.ts";
import type { AnalysisView } from "./reads/analysis.ts";
import type { CompareView, LineageEntry } from "./reads/compare.ts";
import type { DataView } from "./reads/data.ts";
import type { MonitoringView } from "./reads/monitoring.ts";
import type { Check } from "../retraining/check.ts";
import type { ModelVersion, ServingMove } from "../registry/version.ts";
import type { Cycle, CycleSort, SortOrder } from "../retraining/cycle.ts";
import type { ReadLook } from "../app/reports/rollout_looks.ts";
import type { BacktestDetail, BacktestSummary } from "../app/reports/backtest.ts";
import type { Status } from "../retraining/status.ts";
import type { Rollout } from "../rollout/rollout.ts";

/** The score of one policy at one cut-off of a replay of history. */
export interface ReplayScore {
  model: string;
  policy: string;
  cutoff: string;
  version: number | null;
  rows: number;
  metrics: Record<string, number>;
}

/** Selects the cycles to list, and their order; left out: newest first. */
export interface CycleQuery {
  model?: string;
  outcome?: string;
  trigger?: string;
  sort?: CycleSort;
  order?: SortOrder;
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

/** Selects the alerts to list. */
export interface AlertListQuery {
  /** left out: open ones first, then closed ones */
  state?: "open" | "closed";
  kind?: AlertKind;
  model?: string;
  /** only closed ones before the one of this number: a page after the first */
  before?: number;
  /** most closed ones */
  limit: number;
}

/** Alerts, newest first, with how they were told. */
export interface AlertList {
  open: Alert[];
  closed: Alert[];
  /** `before` of the next page; null: there is none */
  next: number | null;
  /** of all of them, in the order in which they happened */
  deliveries: Delivery[];
  /** when the last of all alerts closed; null: none ever did */
  lastClosedAt: string | null;
}

/** Selects the changes by people to list, newest first. */
export interface AuditListQuery {
  who?: string;
  action?: string;
  /** only those written before the one of this number */
  before?: number;
  limit: number;
}

/** The configuration of retraining: now, and before. */
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
  /** tokens that change when there is something new about looks, data or backtests */
  revisions(): Promise<Revisions>;
  /** newest first */
  checks(limit: number): Promise<Check[]>;
  /** of the newest replay, oldest cut-off first; empty where none was run */
  replayScores(): Promise<ReplayScore[]>;
  alertList(query: AlertListQuery): Promise<AlertList>;
  /** null: there is no such alert */
  alert(id: number): Promise<Alert | null>;
  /** how many are open */
  openAlerts(): Promise<number>;
  audit(query: AuditListQuery): Promise<{ changes: AuditRow[]; next: number | null }>;
  /** who is in the audit, and with which kinds of changes */
  auditNames(): Promise<{ who: string[]; actions: string[] }>;
  configuration(): Promise<Configuration>;
  /** decides the last days of history again under another configuration */
  simulateConfig(wanted: RetrainingConfig, days: number): Promise<WhatIfReport>;
  /** what looks found about a model; `asOfMs`: as of the look then. Null: there is no such model */
  monitoring(query: { model: string; asOfMs?: number }): Promise<MonitoringView | null>;
  /** what retraining of a model came to. Null: there is no such model */
  analysis(query: { model: string }): Promise<AnalysisView | null>;
  /** where the versions of a model came from, newest first */
  lineage(model: string): Promise<LineageEntry[]>;
  /** two versions beside each other. Null: there is no such model, or no such version */
  comparison(query: { model: string; a: number; b: number }): Promise<CompareView | null>;
  /** how events come in, and what waits in quarantine */
  data(): Promise<DataView>;
  /** the newest events that wait in quarantine: they say something about a person */
  quarantined(query: { reason?: string; limit: number }): Promise<QuarantineRow[]>;
  /** newest first; `limit`: left out, all that are shown */
  backtests(limit?: number): Promise<BacktestSummary[]>;
  /** with what each policy did so far; null: there is none of this id */
  backtest(id: string): Promise<BacktestDetail | null>;
  /** where Temporal's UI shows a workflow; null: no UI is known */
  workflowUrl(workflowId: string, runId: string): string | null;
}

/** The subject that a page which keeps itself current follows. */
export type Follows = "overview" | "cycles" | "looks" | "data" | "backtests";
