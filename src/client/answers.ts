/** The schemas of what the service answers, apart from the client: they are loaded when the first answer comes. */
export * from "../api/messages.ts";
export { Alert } from "../alerts/alert.ts";
export { BacktestDetail } from "../app/reports/backtest.ts";
export { Trends } from "../app/reports/trends.ts";
export { AuditVerification } from "../app/security/audit_chain.ts";
export { ApiKey } from "../db/access/api_keys.ts";
export { ConfigVersion } from "../db/config/config_versions.ts";
export { ImportUndone } from "../db/events/imports.ts";
export { Approval } from "../db/rollouts/approvals.ts";
export { Impact } from "../impact/impact.ts";
export { Acceptance } from "../monitoring/acceptance.ts";
export { DriftLooks, PerformanceLooks, QualityLooks } from "../monitoring/report.ts";
export { ServingMove } from "../registry/version.ts";
export { VersionNote } from "../registry/version_note.ts";
export { Cycle } from "../retraining/cycle.ts";
export { Explanation } from "../retraining/explain.ts";
export { WhatIfReport } from "../retraining/what_if.ts";
export { Predictions } from "../serving/prediction.ts";
