/** The messages between the API and those who call it. One schema each: validation, types and OpenAPI come from it. */
import { BroughtCandidate } from "../registry/brought_candidate.ts";
import { z } from "zod";
import { PrivacyRequest } from "../db/people/privacy_requests.ts";
import { PersonData } from "../db/people/read_person.ts";
import { Redaction } from "../db/people/redactions.ts";
import { Alert, AlertKind } from "../alerts/alert.ts";
import { ApiKey } from "../db/access/api_keys.ts";
import { AuditRow } from "../db/access/audit.ts";
import { ConfigVersion } from "../db/config/config_versions.ts";
import { ImportRow } from "../db/events/imports.ts";
import { isShort } from "../events/schema.ts";
import { TRACKERS } from "../events/tracked.ts";
import { QuarantineReason, QuarantineRow } from "../db/events/quarantine.ts";
import { PolicySpec } from "../backtest/policy_spec.ts";
import { Approval } from "../db/rollouts/approvals.ts";
import { RetiredModel } from "../db/models/retired.ts";
import { Answer, Check, Trigger } from "../retraining/check.ts";
import { Findings } from "../retraining/findings.ts";
import { ObservationSummary } from "../monitoring/observation_summary.ts";
import { VersionNote, VersionTag } from "../registry/version_note.ts";
import { Manifest, ModelVersion, ServingMove } from "../registry/version.ts";
import { CycleSort, Outcome, SortOrder } from "../retraining/cycle.ts";
import { Extension } from "../app/extensions.ts";
import { HistoryEntry } from "../app/export/rows.ts";
import { BacktestSummary } from "../app/reports/backtest.ts";
import { ModelConfig, RetrainingConfig, SharedConfig } from "../config/retraining.ts";
import { GradualStrategy, RolloutPlan } from "../rollout/plan.ts";
import { FederatedPlan } from "../federated/plan.ts";
import { FederatedRunDetail } from "../federated/run.ts";
import { PAUSE_HOURS, PAUSE_HOURS_MAX } from "../config/pauses.ts";
import { Rollout, RolloutLook } from "../rollout/rollout.ts";
import { SCOPES } from "../security/scopes.ts";
import { ROLES } from "../security/roles.ts";

/** Most shoppers in one request for predictions. */
export const USERS_MAX = 10_000;
/** Most events in one request. */
export const EVENTS_MAX = 10_000;
/** Most rows in one answer of a list. */
export const PAGE_MAX = 1000;

const ModelName = z.string().min(1).max(41).describe("a model's name, as in /models");
const Why = z.string().max(500).default("").describe("the reason, for the audit");

const EARLIEST_MS = Date.UTC(1900, 0, 1);
const Time = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: "need ISO 8601, as 2011-06-01T00:00:00Z",
}).refine((text) => Date.parse(text) >= EARLIEST_MS, { error: "need a time from 1900 on" });

/** The largest number that a column of four bytes holds: of a version, a line, a step. */
const INT4_MAX = 2 ** 31 - 1;

export const ModelParam = z.object({ model: ModelName });
export const NameParam = z.object({ name: ModelName });
export const CycleParam = z.object({
  id: z.string().max(200).describe("retrainer/churn/cycle/7, URL-encoded or as it is"),
});

/** Start or force retraining. */
export const ChangeRequest = z.strictObject({
  model: ModelName.optional().describe("left out: every model"),
  why: Why,
});
export type ChangeRequest = z.input<typeof ChangeRequest>;

/** Stop retraining. */
export const StopRequest = ChangeRequest.extend({
  running: z.enum(["finish", "cancel"]).default("finish").describe("what becomes of a cycle that runs now"),
});
export type StopRequest = z.input<typeof StopRequest>;

/** A change was handed to the retrainers; what becomes of it shows in the status. */
export const ChangeAccepted = z.object({
  accepted: z.literal(true),
  told: z.boolean().default(true).describe(
    "false: Temporal does not answer; they are told as soon as it does",
  ),
  models: z.array(z.string()),
  requestId: z.string().describe("in the audit: this, a slash and the model's name"),
  statusUrl: z.string(),
});
export type ChangeAccepted = z.infer<typeof ChangeAccepted>;

/** Settings without their defaults: what a change leaves out stays as it is. */
const optional = <S extends Readonly<Record<string, z.ZodDefault<z.ZodType>>>>(shape: S) =>
  Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, schema.unwrap().optional()]),
  ) as unknown as { [K in keyof S]: z.ZodOptional<ReturnType<S[K]["unwrap"]>> };
const changes = optional(ModelConfig.shape);

/** A change of the configuration. `null` for a model removes what differs for it. */
export const ConfigPatch = z.strictObject({
  ...changes,
  ...optional(SharedConfig.shape),
  models: z.record(z.string(), z.strictObject(changes).nullable()).optional(),
  why: Why,
});
export type ConfigPatch = z.input<typeof ConfigPatch>;

/** A whole configuration: what is left out has its default. */
export const ConfigPut = z.strictObject({ config: RetrainingConfig, why: Why });
export type ConfigPut = z.input<typeof ConfigPut>;

/** A configuration to try on history: some changes to the one in force, or a whole one. */
export const TryRequest = z.strictObject({
  changes: ConfigPatch.omit({ why: true }).optional(),
  config: RetrainingConfig.optional(),
  days: z.int().min(1).max(3650).default(365).describe("how far back, by the time of the data"),
}).refine(({ changes, config }) => (changes === undefined) !== (config === undefined), {
  error: "need either changes or a whole config",
  path: ["changes"],
});
export type TryRequest = z.input<typeof TryRequest>;

/** The configuration that is in force now. */
export const ConfigAnswer = ConfigVersion.extend({
  notified: z.boolean().describe(
    "false: retrainers hear of it at their next check, for Temporal does not answer",
  ),
});
export type ConfigAnswer = z.infer<typeof ConfigAnswer>;
export const ConfigHistory = z.object({ versions: z.array(ConfigVersion) });

const limit = (standard: number, max = PAGE_MAX) => z.coerce.number().int().min(1).max(max).default(standard);
export const LimitQuery = z.object({ limit: limit(100).describe("most rows, newest first") });
export type LimitQuery = z.input<typeof LimitQuery>;

/** Selects cycles of the history. */
export const HistoryQuery = z.object({
  model: ModelName.optional(),
  outcome: Outcome.optional(),
  trigger: Trigger.optional(),
  from: z.iso.date().optional().describe("as of this day or later"),
  to: z.iso.date().optional().describe("as of this day or earlier"),
  text: z.string().max(100).optional().describe("words in number, version, error, reasons or who asked"),
  sort: CycleSort.default("started"),
  order: SortOrder.optional().describe("left out: newest, longest or best first"),
  limit: limit(100),
  offset: z.coerce.number().int().min(0).default(0).describe("how many to skip"),
  format: z.enum(["json", "csv", "parquet"]).optional().describe("left out: as the Accept header says"),
});
export type HistoryQuery = z.input<typeof HistoryQuery>;
export const History = z.object({
  cycles: z.array(HistoryEntry),
  next: z.int().nullable().describe("offset of the next page; null: this was the last"),
});
export type History = z.infer<typeof History>;

/** Selects federated trainings. */
export const FederatedQuery = z.object({ model: ModelName.optional(), limit: limit(20) });
export type FederatedQuery = z.input<typeof FederatedQuery>;
export const FederatedRuns = z.object({ runs: z.array(FederatedRunDetail) });
/** Train in rounds over participants whose rows stay apart. */
export const FederatedRequest = z.strictObject({ plan: FederatedPlan.prefault({}), why: Why });
export type FederatedRequest = z.input<typeof FederatedRequest>;
export const FederatedBegun = z.object({
  run: z.string().describe("id of the training"),
  model: z.string(),
  told: z.boolean().describe("false: Temporal does not answer; the cycle begins as soon as it does"),
});
export type FederatedBegun = z.infer<typeof FederatedBegun>;

/** Withdraws a federated training that waits. */
export const WithdrawRequest = z.strictObject({ why: Why });
export type WithdrawRequest = z.input<typeof WithdrawRequest>;
export const FederatedWithdrawn = z.object({
  run: z.string().describe("id of the training"),
  model: z.string(),
});
export type FederatedWithdrawn = z.infer<typeof FederatedWithdrawn>;

/** Selects checks of the trigger. */
export const ChecksQuery = LimitQuery.extend({
  model: ModelName.optional(),
  answer: Answer.optional(),
  before: Time.optional().describe("only checks made before this moment; `next` of the page before"),
});
export type ChecksQuery = z.input<typeof ChecksQuery>;
export const Checks = z.object({
  checks: z.array(Check),
  next: z.string().nullable().describe("`before` of the next page; null: this was the last"),
});
export type Checks = z.infer<typeof Checks>;
export const CheckParam = z.object({ check: z.uuid().describe("a check's id") });
/** A check with all it decided on. */
export const CheckDetail = Check.extend({
  findings: Findings.nullable().describe("what it decided on; null: made by a release that kept none"),
  looks: z.array(ObservationSummary.extend({ kind: z.string(), model: z.string().nullable() })).describe(
    "the evaluations it rests on",
  ),
});
export type CheckDetail = z.infer<typeof CheckDetail>;

/** Selects looks of the monitor. */
export const LooksQuery = z.object({
  limit: limit(10).describe("most earlier evaluations beside the newest"),
  asOf: Time.optional().describe("the newest evaluation at this time or before; left out: the newest of all"),
});
export type LooksQuery = z.input<typeof LooksQuery>;
export const ModelLooksQuery = LooksQuery.extend({ model: ModelName.optional() });
export type ModelLooksQuery = z.input<typeof ModelLooksQuery>;

export const TrendsQuery = ModelParam;
export type TrendsQuery = z.input<typeof TrendsQuery>;

export const ImpactQuery = ModelParam;
export type ImpactQuery = z.input<typeof ImpactQuery>;

/** A person says that a finding is no trouble: it no longer keeps its rows from being trained on. */
export const AcceptRequest = z.strictObject({
  key: z.string().min(1).max(500).describe("the finding's key, as in /monitoring/quality"),
  why: z.string().trim().min(1, {
    error: "need the reason: rows with a data-quality finding will be used for training",
  })
    .max(500),
});
export type AcceptRequest = z.input<typeof AcceptRequest>;

/** A model as it is declared, and what serves it. */
export const ModelSummary = z.object({
  model: z.string(),
  kind: z.enum(["classification", "classes", "regression"]),
  question: z.string(),
  unit: z.string(),
  primaryMetric: z.string(),
  loss: z.string().describe("what champion and challenger are compared on"),
  network: z.string(),
  candidates: z.array(z.string()),
  serving: z.int().nullable(),
  newest: z.int().nullable().describe("highest version number"),
});
export type ModelSummary = z.infer<typeof ModelSummary>;
export const Models = z.object({
  models: z.array(ModelSummary),
  retired: z.array(RetiredModel).default([]).describe("taken out of use by a person"),
  withoutFile: z.array(z.string()).default([]).describe("have a retrainer, and no file that defines them"),
});
export type Models = z.infer<typeof Models>;
/** Selects the versions to list. */
export const VersionsQuery = LimitQuery.extend({
  tag: VersionTag.optional(),
  text: z.string().min(1).max(100).optional().describe("in the note, a tag or the algorithm"),
});
export type VersionsQuery = z.input<typeof VersionsQuery>;
export const VersionParam = NameParam.extend({
  version: z.coerce.number().pipe(z.int().min(1).max(INT4_MAX)).describe("its number"),
});
/** A person writes to a version. */
export const NoteBody = z.strictObject({
  note: z.string().max(2000).optional().describe("left out: stays as it is"),
  tags: z.array(VersionTag).max(20).optional().describe("all of them; left out: stay as they are"),
});
export type NoteBody = z.input<typeof NoteBody>;
export const CardQuery = z.object({
  format: z.enum(["markdown", "html"]).optional().describe("left out: as `Accept` says, else Markdown"),
});
const CandidateName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, {
  error: "need at most 41 lower-case letters, digits, hyphens",
});
/** A person brings a model that was trained elsewhere. */
export const BringRequest = z.strictObject({
  candidate: CandidateName.describe("as it is called among the candidates"),
  file: z.base64().min(1).describe("an ONNX file, or a layers model of tfjs in one file, as base64"),
  inputs: z.array(z.strictObject({
    feature: z.string().max(100).describe("as in /models/{name}/features"),
    shift: z.number().default(0),
    scale: z.number().default(1),
  })).min(1).max(500).describe("what it is given, in its own order: (feature - shift) / scale"),
  missing: z.number().default(0).describe("in place of a feature that has nothing to say"),
  trainedUntil: z.iso.date().describe(
    "end of the newest outcome that it was trained on: only rows after it prove anything",
  ),
  why: Why,
});
export type BringRequest = z.input<typeof BringRequest>;
export const BroughtModels = z.object({ model: z.string(), brought: z.array(BroughtCandidate) });
export type BroughtModels = z.infer<typeof BroughtModels>;
export const BroughtParam = NameParam.extend({ candidate: CandidateName });
export const Withdrawal = z.object({ model: z.string(), name: z.string() });
export type Withdrawal = z.infer<typeof Withdrawal>;
/** A person takes a model out of use, or brings it back. */
export const RetirementRequest = z.strictObject({ why: Why });
export type RetirementRequest = z.input<typeof RetirementRequest>;
export const Retirement = z.object({
  model: z.string(),
  retired: z.boolean(),
  told: z.boolean().describe("false: its retrainer stops as soon as Temporal answers"),
  hasFile: z.boolean().describe("false: no file defines it"),
});
export type Retirement = z.infer<typeof Retirement>;
/** A version as it is stored, but for its recipe: a schema of any JSON has no end in the OpenAPI document. */
const VersionAnswer = ModelVersion.extend({ manifest: Manifest.extend({ recipe: z.unknown() }) });
export const Versions = z.object({
  model: z.string(),
  serving: z.int().nullable(),
  versions: z.array(VersionAnswer),
  notes: z.array(VersionNote).default([]).describe("what people wrote to versions of the model"),
});
export type Versions = z.infer<typeof Versions>;
export const Serving = z.object({
  model: z.string(),
  version: z.int().nullable(),
  history: z.array(
    ServingMove.extend({
      until: z.iso.datetime().nullable().describe("when something else was changed; null: it holds now"),
    }),
  ).describe("deployment history, newest first"),
});
export type Serving = z.infer<typeof Serving>;

/** The content of a feature row. */
export const Features = z.object({
  model: z.string(),
  hash: z.string().describe("changes whenever a name, the order or a meaning does"),
  features: z.array(z.object({ name: z.string(), means: z.string() })).describe("in the order of a row"),
});
export type Features = z.infer<typeof Features>;

export const RollbackRequest = z.strictObject({
  to: z.int().min(1).max(INT4_MAX).optional().describe("left out: the last known good version"),
  why: Why,
});
export type RollbackRequest = z.input<typeof RollbackRequest>;
export const PromoteRequest = z.strictObject({ version: z.int().min(1).max(INT4_MAX), why: Why });
export type PromoteRequest = z.input<typeof PromoteRequest>;

/** A person starts a rollout of a kept version. */
export const RolloutRequest = z.strictObject({
  version: z.int().min(1).max(INT4_MAX),
  strategy: GradualStrategy.optional().describe("left out: as the configuration says"),
  why: Why,
});
export type RolloutRequest = z.input<typeof RolloutRequest>;
/** Pauses a rollout that runs. */
export const PauseRequest = z.strictObject({
  hours: z.number().min(1).max(PAUSE_HOURS_MAX).default(PAUSE_HOURS).describe(
    "after that an alert asks what is to become of it",
  ),
  why: Why,
});
export type PauseRequest = z.input<typeof PauseRequest>;
/** Lets a paused rollout go on. */
export const ResumeRequest = z.strictObject({ why: Why });
export type ResumeRequest = z.input<typeof ResumeRequest>;
/** Rolls out the serving version made worse on purpose, to see that it is taken back. */
export const DrillRequest = z.strictObject({
  strength: z.number().gt(0).max(10).default(1).describe("noise on each weight, in standard deviations"),
  strategy: GradualStrategy.default("canary"),
  asOf: Time.optional().describe("begin as of a past moment, and look when told to: for a demo"),
  why: Why,
});
export type DrillRequest = z.input<typeof DrillRequest>;
export const RolloutBegun = z.object({
  accepted: z.literal(true),
  requestId: z.string(),
  rollout: z.string().describe("its id"),
  rolloutUrl: z.string().describe("where it shows once it has begun"),
});
export type RolloutBegun = z.infer<typeof RolloutBegun>;
export const RolloutsQuery = LimitQuery.extend({ model: ModelName.optional() });
export type RolloutsQuery = z.input<typeof RolloutsQuery>;
export const Rollouts = z.object({ rollouts: z.array(Rollout) });
export const RolloutChanged = Rollout;
export type RolloutChanged = z.infer<typeof RolloutChanged>;
export const RolloutParam = z.object({
  id: z.string().max(200).describe("rollout/churn/v7, URL-encoded or as it is"),
});
/** A rollout with its looks, each decided again from its evidence. */
export const RolloutDetail = Rollout.extend({
  looks: z.array(RolloutLook.extend({
    same: z.boolean().describe("deciding again from its evidence gives the same decision"),
  })).describe("newest first"),
});
export type RolloutDetail = z.infer<typeof RolloutDetail>;
/** Looks at a replayed rollout as of a moment. */
export const LookRequest = z.strictObject({
  asOf: Time,
  traffic: z.boolean().default(false).describe("also ask serving about everybody as of then"),
});
export type LookRequest = z.input<typeof LookRequest>;
export const LookAnswer = z.object({ ended: z.boolean(), text: z.string() });
export const PlanQuery = z.object({
  version: z.coerce.number().int().min(1).max(INT4_MAX),
  strategy: GradualStrategy.optional(),
});
export type PlanQuery = z.input<typeof PlanQuery>;
export const PlanAnswer = z.object({ model: z.string(), plan: RolloutPlan });

/** Replay history under policies. */
export const BacktestRequest = z.strictObject({
  policies: z.array(PolicySpec).min(1).max(12),
  models: z.array(ModelName).min(1).max(20).optional().describe("left out: every model"),
  from: z.iso.date().optional().describe("first day that policies are asked on; left out: the first cut-off"),
  to: z.iso.date().optional().describe("last day; left out: the last whose outcomes are complete"),
  step_days: z.int().min(1).max(365).optional().describe("days between; left out: as cut-offs"),
  why: Why,
});
export type BacktestRequest = z.input<typeof BacktestRequest>;
export const BacktestBegun = z.object({
  accepted: z.literal(true),
  backtest: z.string(),
  backtestUrl: z.string(),
});
export type BacktestBegun = z.infer<typeof BacktestBegun>;
export const BacktestParam = z.object({ backtest: z.string().min(1).max(60) });
export const Backtests = z.object({ backtests: z.array(BacktestSummary) });
export const CancelRequest = z.strictObject({ why: Why }).default({ why: "" });
export type CancelRequest = z.input<typeof CancelRequest>;

/** A person decides about a version that waits. */
export const DecideRequest = z.strictObject({
  version: z.int().min(1).max(INT4_MAX).optional().describe("only if it is this one that waits"),
  why: Why,
});
export type DecideRequest = z.input<typeof DecideRequest>;
export const ApprovalsQuery = LimitQuery.extend({
  open: z.enum(["true", "false"]).default("true").describe("false: decided ones as well"),
  model: ModelName.optional(),
});
export type ApprovalsQuery = z.input<typeof ApprovalsQuery>;
export const Approvals = z.object({ approvals: z.array(Approval) });

const ID_RULE = { error: "need text or a number, at most 200 characters" };
const UserId = z.union(
  [z.string(ID_RULE).min(1, ID_RULE).refine((id) => isShort(id), ID_RULE), z.number()],
  ID_RULE,
)
  .describe("a shopper's id as in the events");

/** In a list one id that cannot be used costs its own answer alone. */
const ListedId = z.union([z.string(ID_RULE), z.number(), z.null()], ID_RULE).describe(
  "a shopper's id as in the events; one that is blank, too long or null has no prediction, but a reason",
);

const Value = z.number().nullable();
/** A shopper's features, as the caller has them: checked by `prediction_body.ts`, which is faster on thousands. */
const FeatureRow = z.strictObject({
  user: UserId.optional().describe("whose they are; left out: the answer is not stored"),
  features: z.union([z.record(z.string(), Value), z.array(Value)])
    .describe(
      "each of GET /models/{name}/features by its name, or all of them in that order; null: not known",
    ),
});

/** Whom or what a prediction is asked for: one of `user`, `users`, `row` and `rows`. */
export const PredictionRequest = z.strictObject({
  user: UserId.optional(),
  users: z.array(ListedId).min(1).max(USERS_MAX).optional(),
  row: FeatureRow.optional(),
  rows: z.array(FeatureRow.extend({ user: ListedId.optional() })).min(1).max(USERS_MAX).optional(),
  asOf: Time.optional().describe("left out: now, or where a demo's clock stands"),
});
export type PredictionRequest = z.input<typeof PredictionRequest>;

/** The result for each event, in the order sent. Everything in it is committed. */
export const IngestAnswer = z.object({
  accepted: z.int(),
  duplicates: z.int().describe("their id was stored before, or came earlier in this request"),
  quarantined: z.int().describe("quarantined with a reason; they are not counted"),
  conflicts: z.int().describe("of those quarantined: their id belongs to an event of other content"),
  results: z.array(z.object({
    index: z.int(),
    id: z.string().nullable().describe("as sent, or derived; null: refused and none was sent"),
    status: z.enum(["accepted", "duplicate", "quarantined"]),
    reason: z.string().optional(),
    field: z.string().nullish(),
    value: z.string().optional().describe("that was refused, cut and escaped"),
  })),
});
export type IngestAnswer = z.infer<typeof IngestAnswer>;
export const Quarantine = z.object({
  reasons: z.array(QuarantineReason).describe("how many for each reason"),
  events: z.array(QuarantineRow),
});
export type Quarantine = z.infer<typeof Quarantine>;
/** How events are sent. */
export const EventsQuery = z.object({
  preset: z.enum(TRACKERS).optional().describe(
    "who sends them, as they are: Segment or RudderStack, GA4, orders of Shopify or WooCommerce; left out: our own fields",
  ),
});
export type EventsQuery = z.input<typeof EventsQuery>;

/** The content of the quarantine. */
export const QuarantineQuery = LimitQuery.extend({ reason: z.string().min(1).max(500).optional() });
export type QuarantineQuery = z.input<typeof QuarantineQuery>;

/** Events to try again, after the software or the clock moved on. */
export const ReplayRequest = z.strictObject({
  reason: z.string().min(1).max(500).optional().describe("those that wait for this reason"),
  ids: z.array(z.int().min(1)).min(1).max(EVENTS_MAX).optional().describe("these ones"),
  after: z.int().min(0).default(0).describe("only those behind this id: `next` of the answer before"),
  limit: z.int().min(1).max(EVENTS_MAX).default(EVENTS_MAX).describe(
    "most events in this request, oldest first",
  ),
  why: z.string().trim().min(1, { error: "need the reason, for the audit: what was fixed?" }).max(500),
}).refine(({ reason, ids }) => (reason === undefined) !== (ids === undefined), {
  error: "need either the reason they wait for or their ids",
  path: ["reason"],
});
export type ReplayRequest = z.input<typeof ReplayRequest>;
export const ReplayAnswer = z.object({
  tried: z.int(),
  accepted: z.int().describe("new among the events"),
  duplicates: z.int().describe("passed, but had been sent again meanwhile"),
  failed: z.int().describe("stay in quarantine, with the reason that holds now"),
  notWhole: z.int().describe("of these, events of which too little was kept: they have to be sent again"),
  reasons: z.array(z.object({ reason: z.string(), events: z.int() })).describe("of those that failed"),
  left: z.int().describe("of those asked for, not tried by this request"),
  next: z.int().nullable().describe("to go on from, as `after`; null: nothing is left"),
});
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;

/** Selects alerts. */
export const AlertsQuery = LimitQuery.extend({
  open: z.enum(["true", "false"]).default("true").describe("false: closed ones as well"),
  kind: AlertKind.optional(),
  model: ModelName.optional(),
});
export type AlertsQuery = z.input<typeof AlertsQuery>;
export const Alerts = z.object({ alerts: z.array(Alert) });
export const Imports = z.object({ imports: z.array(ImportRow) });
export const ImportParam = z.object({
  import: z.coerce.number().int().min(1).describe("an import's number"),
});
/** A person takes an import out again. */
export const UndoImportRequest = z.strictObject({
  why: z.string().trim().min(1, { error: "need the reason, for the audit" }).max(500),
});
export type UndoImportRequest = z.input<typeof UndoImportRequest>;
export const AlertParam = z.object({ id: z.coerce.number().int().min(1).describe("an alert's number") });
/** A person has seen an alert. */
export const AcknowledgeRequest = z.strictObject({
  why: z.string().trim().min(1, { error: "need a note for the audit log" }).max(500),
});
export type AcknowledgeRequest = z.input<typeof AcknowledgeRequest>;
/** An id of a shopper, as the shop has it; a number and its text are the same. */
const ShopperId = z.union([z.string(), z.number()]).transform((id) => String(id).trim())
  .pipe(z.string().min(1).max(200)).describe("the shopper's id, as the shop sends it; it is stored nowhere");
const WhyNeeded = z.string().trim().min(1, { error: "need the reason, for the audit" }).max(500);
export const PersonParam = z.object({ id: z.string().trim().min(1).max(200).describe("the shopper's id") });
export const PersonQuery = z.object({ why: WhyNeeded.describe("the reason, for the audit") });
export type PersonQuery = z.input<typeof PersonQuery>;
/** Names a person, for an erasure or an export. */
export const PersonRequest = z.strictObject({ user: ShopperId, why: WhyNeeded });
export type PersonRequest = z.input<typeof PersonRequest>;
export const ObjectionRequest = PersonRequest.extend({
  objects: z.boolean().default(true).describe("false: the objection is withdrawn"),
});
export type ObjectionRequest = z.input<typeof ObjectionRequest>;
export const PrivacyBegun = z.object({
  accepted: z.literal(true),
  request: z.uuid().nullable().describe("where it can be followed; null: nothing is left to do"),
});
export const PrivacyParam = z.object({ request: z.uuid().describe("a request's id") });
export const PrivacyRequests = z.object({ requests: z.array(PrivacyRequest) });
export const PrivacyRequestDetail = PrivacyRequest.extend({
  redactions: z.array(Redaction),
  chain: z.object({
    entries: z.int(),
    firstBroken: z.int().nullable().describe("null: the chain of redactions is whole"),
  }),
  signed: z.enum(["valid", "unsigned", "foreign"]).nullable().describe("null: there is no receipt yet"),
});
export const PersonExport = PersonData.extend({
  cover: z.object({ title: z.string(), export: z.uuid(), text: z.array(z.string()) }),
  user: z.string(),
});

/** Selects changes of the audit. */
export const AuditQuery = LimitQuery.extend({
  who: z.string().min(1).max(200).optional().describe("only what this person did"),
  action: z.string().min(1).max(100).optional().describe("only changes of this kind, as in the answer"),
  show: z.enum(["changes", "accesses", "all"]).optional().describe(
    "accesses: who signed in, was refused, read what is about persons; left out: changes",
  ),
  before: z.coerce.number().int().min(1).optional().describe("`next` of the page before"),
});
export type AuditQuery = z.input<typeof AuditQuery>;
export const Audit = z.object({
  changes: z.array(AuditRow),
  next: z.int().nullable().describe("`before` of the next page; null: this was the last"),
});

const KeyName = z.string().trim().min(1).max(60).regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u, {
  error: "need a name of letters, digits, spaces and . _ @ -, as Ana or shop-backend",
});
export const Keys = z.object({ keys: z.array(ApiKey) });
export const KeyRequest = z.strictObject({
  name: KeyName.describe("whose it is: the audit has it"),
  role: z.enum(ROLES),
  scopes: z.array(z.enum(SCOPES)).min(1).optional().describe(
    "what it may do of what its role allows; left out: all",
  ),
  expiresInDays: z.number().positive().max(3650).optional().describe("left out: it does not end by itself"),
  why: Why,
});
export type KeyRequest = z.input<typeof KeyRequest>;
export const NewKey = ApiKey.extend({
  key: z.string().describe("shown this once; only a salted hash is kept"),
});
export type NewKey = z.infer<typeof NewKey>;
/** A link that signs in once. */
export const SignInLink = z.object({
  code: z.string().describe("used once, by the form at /sign-in?code=..."),
  path: z.string(),
  expiresAt: z.iso.datetime(),
});
export type SignInLink = z.infer<typeof SignInLink>;
/** Gives a key's holder another one. */
export const RotateRequest = z.strictObject({
  overlapHours: z.number().min(0).max(24 * 30).default(24).describe("how long the one before holds as well"),
  why: Why,
});
export type RotateRequest = z.input<typeof RotateRequest>;
export const KeyParam = z.object({ name: z.string().min(1).max(60).describe("a key's name, as in /keys") });
export const RevokeQuery = z.object({ why: Why });
export type RevokeQuery = z.input<typeof RevokeQuery>;

export const Alive = z.object({ alive: z.literal(true) });
/** The operator's own files, and what became of them at the start of this process. */
export const Extensions = z.object({ extensions: z.array(Extension) });
export const Ready = z.object({
  ready: z.literal(true),
  postgres: z.literal("ok"),
  temporal: z.literal("ok"),
});

const PAYLOADS_MAX = 1000;
const Base64 = z.base64();

/** Payloads as Temporal's pages hand them to a codec server; bytes are base64. */
export const Payloads = z.object({
  payloads: z.array(z.object({
    metadata: z.record(z.string().max(200), Base64).optional(),
    data: Base64.optional(),
  })).max(PAYLOADS_MAX),
});

/** An error as RFC 9457 has it. */
export const Problem = z.object({
  type: z.string().describe("urn:perennial:problem:<kind>"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().describe("urn:perennial:request:<id>; the id is in the log"),
  field: z.string().optional().describe("path of what was wrong in the request"),
  needs: z.enum(ROLES).optional().describe("the least role that may do this"),
});
export type Problem = z.infer<typeof Problem>;
