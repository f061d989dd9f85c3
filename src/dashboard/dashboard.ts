import type { AlertReads } from "./reads/alerts.ts";
import type { AnalysisReads } from "./reads/analysis.ts";
import type { AuditReads } from "./reads/audit.ts";
import type { BacktestReads } from "./reads/backtests.ts";
import type { CompareReads } from "./reads/compare.ts";
import type { ConfigurationReads } from "./reads/configuration.ts";
import type { CheckReads } from "./reads/checks.ts";
import type { CycleReads } from "./reads/cycles.ts";
import type { DataReads } from "./reads/data.ts";
import type { ImportReads } from "./reads/imports.ts";
import type { MonitoringReads } from "./reads/monitoring.ts";
import type { OverviewReads } from "./reads/overview.ts";
import type { PrivacyReads } from "./reads/privacy.ts";
import type { RolloutReads } from "./reads/rollouts.ts";
import type { StatusReads } from "./reads/status.ts";
import type { VersionReads } from "./reads/versions.ts";

/** All that the pages read, page by page. It changes nothing. */
export type Dashboard =
  & StatusReads
  & OverviewReads
  & CheckReads
  & CycleReads
  & VersionReads
  & CompareReads
  & RolloutReads
  & AlertReads
  & AuditReads
  & ConfigurationReads
  & MonitoringReads
  & AnalysisReads
  & DataReads
  & ImportReads
  & PrivacyReads
  & BacktestReads;

/** The subject that a page which keeps itself current follows. */
export type Follows = "overview" | "cycles" | "looks" | "alerts" | "data" | "backtests";
