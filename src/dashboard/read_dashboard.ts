import type { Dashboard } from "./dashboard.ts";
import type { DashboardDeps } from "./deps.ts";
import { alertReads } from "./reads/alerts.ts";
import { analysisReads } from "./reads/analysis.ts";
import { auditReads } from "./reads/audit.ts";
import { backtestReads } from "./reads/backtests.ts";
import { compareReads } from "./reads/compare.ts";
import { configurationReads } from "./reads/configuration.ts";
import { checkReads } from "./reads/checks.ts";
import { cycleReads } from "./reads/cycles.ts";
import { dataReads } from "./reads/data.ts";
import { importReads } from "./reads/imports.ts";
import { monitoringReads } from "./reads/monitoring.ts";
import { overviewReads } from "./reads/overview.ts";
import { privacyReads } from "./reads/privacy.ts";
import { rolloutReads } from "./reads/rollouts.ts";
import { statusReads } from "./reads/status.ts";
import { versionReads } from "./reads/versions.ts";

/** Reads for all pages, out of Postgres only: they answer while workers and Temporal are down. */
export const readDashboard = (deps: DashboardDeps): Dashboard => ({
  ...statusReads(deps),
  ...overviewReads(deps),
  ...checkReads(deps),
  ...cycleReads(deps),
  ...versionReads(deps),
  ...compareReads(deps),
  ...rolloutReads(deps),
  ...alertReads(deps),
  ...auditReads(deps),
  ...configurationReads(deps),
  ...monitoringReads(deps),
  ...analysisReads(deps),
  ...dataReads(deps),
  ...importReads(deps),
  ...privacyReads(deps),
  ...backtestReads(deps),
});
