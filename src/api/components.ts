import { AuditVerification } from "../app/security/audit_chain.ts";
import { z } from "@hono/zod-openapi";
import { Alert } from "../alerts/alert.ts";
import { ImportUndone } from "../db/events/imports.ts";
import { Impact } from "../impact/impact.ts";
import { Acceptance } from "../monitoring/acceptance.ts";
import { Status } from "../retraining/status.ts";
import { Cycle } from "../retraining/cycle.ts";
import { Explanation } from "../retraining/explain.ts";
import { DriftLooks, PerformanceLooks, QualityLooks } from "../monitoring/report.ts";
import { BacktestDetail } from "../app/reports/backtest.ts";
import { WhatIfReport } from "../retraining/what_if.ts";
import { Trends } from "../app/reports/trends.ts";
import { Predictions } from "../serving/prediction.ts";
import { BroughtCandidate } from "../registry/brought_candidate.ts";
import { ServingMove } from "../registry/version.ts";
import { VersionNote } from "../registry/version_note.ts";
import { ApiKey } from "../db/access/api_keys.ts";
import { Approval } from "../db/rollouts/approvals.ts";
import { ConfigVersion } from "../db/config/config_versions.ts";
import * as messages from "./messages.ts";

/** The same schema under a name that the OpenAPI document refers to. */
const named = <T extends z.ZodType>(schema: T, id: string): T => (schema.clone() as T).openapi(id);

const ProblemAnswer = named(messages.Problem, "Problem");
export const StatusAnswer = named(Status, "Status");
export const CycleAnswer = named(Cycle, "Cycle");
export const HistoryAnswer = named(messages.History, "History");
export const ChecksAnswer = named(messages.Checks, "Checks");
export const CheckAnswer = named(messages.CheckDetail, "Check");
export const ExplanationAnswer = named(Explanation, "Explanation");
export const DriftAnswer = named(DriftLooks, "Drift");
export const PerformanceAnswer = named(PerformanceLooks, "Performance");
export const QualityAnswer = named(QualityLooks, "Quality");
export const AcceptanceAnswer = named(Acceptance, "Acceptance");
export const TrendsAnswer = named(Trends, "Trends");
export const ImpactAnswer = named(Impact, "Impact");
export const ConfigVersionAnswer = named(ConfigVersion, "ConfigVersion");
export const ConfigPatchBody = named(messages.ConfigPatch, "ConfigPatch");
export const ConfigChangedAnswer = named(messages.ConfigAnswer, "ConfigChanged");
export const ConfigPutBody = named(messages.ConfigPut, "ConfigPut");
export const TryBody = named(messages.TryRequest, "TryConfig");
export const WhatIfAnswer = named(WhatIfReport, "ConfigTrial");
export const ConfigHistoryAnswer = named(messages.ConfigHistory, "ConfigHistory");
export const ChangeAcceptedAnswer = named(messages.ChangeAccepted, "ChangeAccepted");
export const ModelsAnswer = named(messages.Models, "Models");
export const ExtensionsAnswer = named(messages.Extensions, "Extensions");
export const BringBody = named(messages.BringRequest, "BringModel");
export const BroughtAnswer = named(BroughtCandidate, "BroughtModel");
export const BroughtModelsAnswer = named(messages.BroughtModels, "BroughtModels");
export const WithdrawalAnswer = named(messages.Withdrawal, "Withdrawal");
export const RetirementAnswer = named(messages.Retirement, "Retirement");
export const VersionNoteAnswer = named(VersionNote, "VersionNote");
export const NoteRequestBody = named(messages.NoteBody, "NoteVersion");
export const VersionsAnswer = named(messages.Versions, "Versions");
export const ServingAnswer = named(messages.Serving, "Serving");
export const FeaturesAnswer = named(messages.Features, "Features");
export const ServingMoveAnswer = named(ServingMove, "ServingMove");
export const RolloutsAnswer = named(messages.Rollouts, "Rollouts");
export const RolloutChangedAnswer = named(messages.RolloutChanged, "RolloutChanged");
export const RolloutAnswer = named(messages.RolloutDetail, "Rollout");
export const RolloutBegunAnswer = named(messages.RolloutBegun, "RolloutBegun");
export const PlanAnswer = named(messages.PlanAnswer, "RolloutPlan");
export const LookAnswer = named(messages.LookAnswer, "RolloutLooked");
export const FederatedRunsAnswer = named(messages.FederatedRuns, "FederatedTrainings");
export const FederatedBegunAnswer = named(messages.FederatedBegun, "FederatedBegun");
export const FederatedWithdrawnAnswer = named(messages.FederatedWithdrawn, "FederatedWithdrawn");
export const BacktestBody = named(messages.BacktestRequest, "BacktestRequest");
export const BacktestsAnswer = named(messages.Backtests, "Backtests");
export const BacktestAnswer = named(BacktestDetail, "Backtest");
export const BacktestBegunAnswer = named(messages.BacktestBegun, "BacktestBegun");
export const ApprovalsAnswer = named(messages.Approvals, "Approvals");
export const ApprovalAnswer = named(Approval, "Approval");
export const PredictionsAnswer = named(Predictions, "Predictions");
export const IngestAnswer = named(messages.IngestAnswer, "IngestAnswer");
export const QuarantineAnswer = named(messages.Quarantine, "Quarantine");
export const ReplayBody = named(messages.ReplayRequest, "ReplayQuarantine");
export const ReplayDone = named(messages.ReplayAnswer, "QuarantineReplayed");
export const PersonBody = named(messages.PersonRequest, "PersonRequest");
export const ObjectionBody = named(messages.ObjectionRequest, "ObjectionRequest");
export const PrivacyBegunAnswer = named(messages.PrivacyBegun, "PrivacyBegun");
export const PrivacyRequestsAnswer = named(messages.PrivacyRequests, "PrivacyRequests");
export const PrivacyRequestAnswer = named(messages.PrivacyRequestDetail, "PrivacyRequest");
export const PersonExportAnswer = named(messages.PersonExport, "PersonExport");
export const ImportsAnswer = named(messages.Imports, "Imports");
export const ImportUndoneAnswer = named(ImportUndone, "ImportUndone");
export const AlertAnswer = named(Alert, "Alert");
export const AlertsAnswer = named(messages.Alerts, "Alerts");
export const KeysAnswer = named(messages.Keys, "Keys");
export const KeyAnswer = named(ApiKey, "Key");
export const KeyBody = named(messages.KeyRequest, "AddKey");
export const RotateBody = named(messages.RotateRequest, "RotateKey");
export const NewKeyAnswer = named(messages.NewKey, "NewKey");
export const SignInLinkAnswer = named(messages.SignInLink, "SignInLink");
export const AuditVerificationAnswer = named(AuditVerification, "AuditVerification");
export const PayloadsBody = named(messages.Payloads, "Payloads");
export const PayloadsAnswer = named(messages.Payloads, "PayloadsAnswer");
export const AuditAnswer = named(messages.Audit, "Audit");

/** An answer of JSON, for a route's `responses`. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** A body of JSON, for a route's `request`. */
export const body = <T extends z.ZodType>(schema: T, required: boolean) => ({
  content: { "application/json": { schema } },
  required,
});

/** The answer of every route that cannot do what was asked. */
export const problem = {
  description: "What went wrong (RFC 9457)",
  content: { "application/problem+json": { schema: ProblemAnswer } },
};
