import { AuditVerification } from "../app/security/audit_chain.ts";
import { z } from "zod";
import {
  type AcceptRequest,
  type AcknowledgeRequest,
  Alerts,
  type AlertsQuery,
  Approvals,
  type ApprovalsQuery,
  Audit,
  type AuditQuery,
  BacktestBegun,
  type BacktestRequest,
  Backtests,
  type CancelRequest,
  ChangeAccepted,
  type ChangeRequest,
  CheckDetail,
  Checks,
  type ChecksQuery,
  ConfigAnswer,
  ConfigHistory,
  type ConfigPatch,
  type ConfigPut,
  type DecideRequest,
  type DrillRequest,
  Features,
  History,
  type HistoryQuery,
  type ImpactQuery,
  Imports,
  IngestAnswer,
  type KeyRequest,
  Keys,
  LookAnswer,
  type LookRequest,
  type LooksQuery,
  type ModelLooksQuery,
  Models,
  NewKey,
  type ObjectionRequest,
  PersonExport,
  type PersonQuery,
  type PersonRequest,
  PlanAnswer,
  type PlanQuery,
  type PredictionRequest,
  PrivacyBegun,
  PrivacyRequestDetail,
  PrivacyRequests,
  Problem,
  type PromoteRequest,
  Quarantine,
  type QuarantineQuery,
  Ready,
  ReplayAnswer,
  type ReplayRequest,
  Retirement,
  type RetirementRequest,
  type RevokeQuery,
  type RollbackRequest,
  RolloutBegun,
  RolloutDetail,
  type RolloutRequest,
  Rollouts,
  type RolloutsQuery,
  type RotateRequest,
  Serving,
  SignInLink,
  type StopRequest,
  type TrendsQuery,
  type TryRequest,
  type UndoImportRequest,
  Versions,
} from "../api/messages.ts";
import { Alert } from "../alerts/alert.ts";
import { ImportUndone } from "../db/events/imports.ts";
import { ApiKey } from "../db/access/api_keys.ts";
import { Approval } from "../db/rollouts/approvals.ts";
import { ConfigVersion } from "../db/config/config_versions.ts";
import { Impact } from "../impact/impact.ts";
import { Acceptance } from "../monitoring/acceptance.ts";
import { ServingMove } from "../registry/version.ts";
import { Cycle } from "../retraining/cycle.ts";
import { Explanation } from "../retraining/explain.ts";
import { BacktestDetail } from "../app/reports/backtest.ts";
import { DriftLooks, PerformanceLooks, QualityLooks } from "../monitoring/report.ts";
import { Status } from "../retraining/status.ts";
import { WhatIfReport } from "../retraining/what_if.ts";
import { Trends } from "../app/reports/trends.ts";
import { Predictions } from "../serving/prediction.ts";

/** The address of a service, and the key to it. */
export interface ClientOptions {
  /** as in `http://127.0.0.1:8000` */
  url: string;
  /** Needed for every change and for what concerns a person; see `src/api/access.ts`. */
  apiKey?: string;
  /** longest wait for one answer, ms */
  timeoutMs?: number;
  /** Another `fetch`, as in tests: `app.request`. */
  fetch?: (url: string, init: RequestInit) => Response | Promise<Response>;
}

/** The service refused: `problem` is what it said (RFC 9457). */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
  get status(): number {
    return this.problem.status;
  }
}

/** The service does not answer at its address. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
  constructor(readonly url: string, cause: unknown) {
    super(`Cannot reach Perennial at ${url}; start it (perennial up) or set PERENNIAL_URL`, { cause });
  }
}

/** A typed client of the HTTP API. Each answer is checked against the schema it was written with. */
export type Client = ReturnType<typeof createClient>;

const ANSWER_WITHIN_MS = 60_000;

/**
 * Makes a client.
 * @example
 * ```ts ignore
 * const client = createClient({ url: "http://127.0.0.1:8000", apiKey });
 * const { predictions } = await client.predict("churn", { user: "14911" });
 * ```
 * Every method throws {@link ApiError} when the service refuses, and {@link UnreachableError} when it does not answer.
 */
export function createClient(options: ClientOptions) {
  const get = <T extends z.ZodType>(path: string, schema: T, query: Query = {}) =>
    call(options, { method: "GET", path: path + queryText(query), schema });
  const send = <T extends z.ZodType>(
    method: "POST" | "PATCH" | "PUT" | "DELETE",
    path: string,
    schema: T,
    { body, headers }: Partial<Sent>,
  ) => call(options, { method, path, schema, body, headers });
  const change = (action: string, body: StopRequest | ChangeRequest = {}, idempotencyKey?: string) =>
    send("POST", `/retraining/${action}`, ChangeAccepted, { body, headers: keyHeader(idempotencyKey) });
  const ofModel = (name: string, rest: string) => `/models/${encodeURIComponent(name)}/${rest}`;

  return {
    url: options.url,
    status: () => get("/retraining/status", Status),
    start: (request?: ChangeRequest, idempotencyKey?: string) => change("start", request, idempotencyKey),
    stop: (request?: StopRequest, idempotencyKey?: string) => change("stop", request, idempotencyKey),
    force: (request?: ChangeRequest, idempotencyKey?: string) => change("force", request, idempotencyKey),
    config: () => get("/retraining/config", ConfigVersion),
    /** Changes settings. `ifVersion`: only if that version is still in force. */
    updateConfig: (patch: ConfigPatch, ifVersion?: number) =>
      send("PATCH", "/retraining/config", ConfigAnswer, {
        body: patch,
        headers: ifVersion === undefined ? {} : { "If-Match": `"${ifVersion}"` },
      }),
    /** Puts a whole configuration in force. `ifVersion`: only if that version is still in force. */
    replaceConfig: (config: ConfigPut, ifVersion?: number) =>
      send("PUT", "/retraining/config", ConfigAnswer, {
        body: config,
        headers: ifVersion === undefined ? {} : { "If-Match": `"${ifVersion}"` },
      }),
    /** Decides stored checks and verdicts again under another configuration; changes nothing. */
    tryConfig: (request: TryRequest) =>
      send("POST", "/retraining/config/try", WhatIfReport, { body: request }),
    configHistory: (query: LimitOnly = {}) => get("/retraining/config/history", ConfigHistory, query),
    history: (query: Omit<HistoryQuery, "format"> = {}) => get("/retraining/history", History, query),
    checks: (query: ChecksQuery = {}) => get("/retraining/checks", Checks, query),
    check: (id: string) => get(`/retraining/checks/${encodeURIComponent(id)}`, CheckDetail),
    /** Computes a check again from its stored evidence. */
    explain: (id: string) => get(`/retraining/checks/${encodeURIComponent(id)}/explain`, Explanation),
    drift: (query: ModelLooksQuery = {}) => get("/monitoring/drift", DriftLooks, query),
    quality: (query: LooksQuery = {}) => get("/monitoring/quality", QualityLooks, query),
    /** Says that a finding is no trouble: the next look holds nothing back for it. */
    acceptFinding: (body: AcceptRequest, idempotencyKey?: string) =>
      send("POST", "/monitoring/quality/accept", Acceptance, { body, headers: keyHeader(idempotencyKey) }),
    performance: (query: ModelLooksQuery = {}) => get("/monitoring/performance", PerformanceLooks, query),
    /** Returns the worth of retraining to the shop, by the economics in force. */
    impact: (query: ImpactQuery) => get("/monitoring/impact", Impact, query),
    trends: (query: TrendsQuery) => get("/monitoring/trends", Trends, query),
    cycle: (id: string) => get(`/retraining/cycles/${encodeURIComponent(id)}`, Cycle),
    models: () => get("/models", Models),
    versions: (name: string, query: LimitOnly = {}) => get(ofModel(name, "versions"), Versions, query),
    serving: (name: string, query: LimitOnly = {}) => get(ofModel(name, "serving"), Serving, query),
    rollback: (name: string, body: RollbackRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "rollback"), ServingMove, { body, headers: keyHeader(idempotencyKey) }),
    promote: (name: string, body: PromoteRequest, idempotencyKey?: string) =>
      send("POST", ofModel(name, "promote"), ServingMove, { body, headers: keyHeader(idempotencyKey) }),
    /** Takes a model out of use; also one whose file is gone. */
    retire: (name: string, body: RetirementRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "retire"), Retirement, { body, headers: keyHeader(idempotencyKey) }),
    /** Brings a retired model back; its automatic checks stay off. */
    restore: (name: string, body: RetirementRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "restore"), Retirement, { body, headers: keyHeader(idempotencyKey) }),
    rollouts: (query: RolloutsQuery = {}) => get("/rollouts", Rollouts, query),
    rollout: (id: string) => get(`/rollouts/${encodeURIComponent(id)}`, RolloutDetail),
    rolloutPlan: (name: string, query: PlanQuery) => get(ofModel(name, "rollout/plan"), PlanAnswer, query),
    beginRollout: (name: string, body: RolloutRequest, idempotencyKey?: string) =>
      send("POST", ofModel(name, "rollout"), RolloutBegun, { body, headers: keyHeader(idempotencyKey) }),
    /** Rolls out the serving version made worse, to see that it is taken back. */
    drill: (name: string, body: DrillRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "drill"), RolloutBegun, { body, headers: keyHeader(idempotencyKey) }),
    lookAtRollout: (id: string, body: LookRequest) =>
      send("POST", `/rollouts/${encodeURIComponent(id)}/look`, LookAnswer, { body }),
    backtests: (query: LimitOnly = {}) => get("/backtests", Backtests, query),
    backtest: (id: string) => get(`/backtests/${encodeURIComponent(id)}`, BacktestDetail),
    /** Replays history under policies, beside what serves. */
    startBacktest: (body: BacktestRequest, idempotencyKey?: string) =>
      send("POST", "/backtests", BacktestBegun, { body, headers: keyHeader(idempotencyKey) }),
    cancelBacktest: (id: string, body: CancelRequest = { why: "" }) =>
      send("POST", `/backtests/${encodeURIComponent(id)}/cancel`, BacktestBegun, { body }),
    approvals: (query: ApprovalsQuery = {}) => get("/approvals", Approvals, query),
    approve: (name: string, body: DecideRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "approve"), Approval, { body, headers: keyHeader(idempotencyKey) }),
    reject: (name: string, body: DecideRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "reject"), Approval, { body, headers: keyHeader(idempotencyKey) }),
    predict: (model: string, body: PredictionRequest) =>
      send("POST", `/predictions/${encodeURIComponent(model)}`, Predictions, { body }),
    features: (model: string) => get(`/models/${encodeURIComponent(model)}/features`, Features),
    sendEvents: (events: readonly unknown[]) => send("POST", "/events", IngestAnswer, { body: events }),
    quarantine: (query: QuarantineQuery = {}) => get("/events/quarantine", Quarantine, query),
    /** Tries quarantined events again; what passes leaves the quarantine. */
    replayQuarantine: (body: ReplayRequest, idempotencyKey?: string) =>
      send("POST", "/events/quarantine/replay", ReplayAnswer, { body, headers: keyHeader(idempotencyKey) }),
    imports: () => get("/imports", Imports),
    /** Takes an import out again, with all that was counted of it. */
    undoImport: (id: number, body: UndoImportRequest, idempotencyKey?: string) =>
      send("POST", `/imports/${id}/undo`, ImportUndone, { body, headers: keyHeader(idempotencyKey) }),
    /** Erases a person; their id goes in the body, where no proxy logs it. */
    erasePerson: (body: PersonRequest) => send("POST", "/privacy/erasures", PrivacyBegun, { body }),
    deletePerson: (id: string, query: PersonQuery) =>
      send("DELETE", `/people/${encodeURIComponent(id)}${queryText(query)}`, PrivacyBegun, {}),
    exportPerson: (body: PersonRequest) => send("POST", "/privacy/exports", PersonExport, { body }),
    personExport: (id: string, query: PersonQuery) =>
      get(`/people/${encodeURIComponent(id)}/export`, PersonExport, query),
    objectPerson: (body: ObjectionRequest) => send("POST", "/privacy/objections", PrivacyBegun, { body }),
    privacyRequests: (query: LimitOnly = {}) => get("/privacy/requests", PrivacyRequests, query),
    privacyRequest: (request: string) => get(`/privacy/requests/${request}`, PrivacyRequestDetail),
    alerts: (query: AlertsQuery = {}) => get("/alerts", Alerts, query),
    acknowledge: (id: number, body: AcknowledgeRequest, idempotencyKey?: string) =>
      send("POST", `/alerts/${id}/acknowledge`, Alert, { body, headers: keyHeader(idempotencyKey) }),
    audit: (query: AuditQuery = {}) => get("/audit", Audit, query),
    verifyAudit: () => get("/audit/verification", AuditVerification),
    keys: () => get("/keys", Keys),
    /** Makes a key; the answer alone holds it. */
    signInLink: () => send("POST", "/sign-in-links", SignInLink, {}),
    addKey: (body: KeyRequest) => send("POST", "/keys", NewKey, { body }),
    rotateKey: (name: string, body: RotateRequest = {}) =>
      send("POST", `/keys/${encodeURIComponent(name)}/rotate`, NewKey, { body }),
    revokeKey: (name: string, query: RevokeQuery = {}) =>
      send("DELETE", `/keys/${encodeURIComponent(name)}${queryText(query)}`, ApiKey, {}),
    ready: () => get("/readyz", Ready),
  };
}

type LimitOnly = { limit?: number };
type Query = Record<string, unknown>;
interface Sent {
  body: unknown;
  headers?: Record<string, string>;
}

interface Call<T extends z.ZodType> extends Partial<Sent> {
  method: string;
  path: string;
  schema: T;
}

async function call<T extends z.ZodType>(options: ClientOptions, request: Call<T>): Promise<z.output<T>> {
  const { method, path, schema, body, headers = {} } = request;
  const response = await answered(options, path, {
    method,
    headers: {
      Accept: "application/json",
      ...options.apiKey === undefined ? {} : { Authorization: `Bearer ${options.apiKey}` },
      ...body === undefined ? {} : { "Content-Type": "application/json" },
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(options.timeoutMs ?? ANSWER_WITHIN_MS),
  });
  const answer = await jsonOf(response);
  if (response.ok) return schema.parse(answer);
  throw new ApiError(Problem.safeParse(answer).data ?? otherProblem(response));
}

async function answered(
  { url, fetch = globalThis.fetch }: ClientOptions,
  path: string,
  init: RequestInit,
): Promise<Response> {
  try {
    return await fetch(url.replace(/\/+$/, "") + path, init);
  } catch (cause) {
    throw new UnreachableError(url, cause);
  }
}

/** The answer's JSON; undefined where it is none, as from a proxy in between. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the status says what there is to know
  }
}

const otherProblem = ({ status, statusText, url }: Response): Problem => ({
  type: "about:blank",
  title: statusText || "Unexpected answer",
  status,
  detail: `Something at ${url} answered ${status}, but not as Perennial does; check PERENNIAL_URL`,
  instance: "about:blank",
});

const keyHeader = (key?: string): Record<string, string> =>
  key === undefined ? {} : { "Idempotency-Key": key };

function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined).map((
    [k, v],
  ) => [k, String(v)]);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
