import type { z } from "zod";
import { lateImport } from "../core/late_import.ts";
import type {
  AcceptRequest,
  AcknowledgeRequest,
  AlertsQuery,
  ApprovalsQuery,
  AuditQuery,
  BacktestRequest,
  BringRequest,
  CancelRequest,
  ChangeRequest,
  ChecksQuery,
  ConfigPatch,
  ConfigPut,
  DecideRequest,
  DrillRequest,
  FederatedQuery,
  FederatedRequest,
  HistoryQuery,
  ImpactQuery,
  KeyRequest,
  LookRequest,
  LooksQuery,
  ModelLooksQuery,
  NoteBody,
  ObjectionRequest,
  PauseRequest,
  PersonQuery,
  PersonRequest,
  PlanQuery,
  PredictionRequest,
  Problem,
  PromoteRequest,
  QuarantineQuery,
  ReplayRequest,
  ResumeRequest,
  RetirementRequest,
  RevokeQuery,
  RollbackRequest,
  RolloutRequest,
  RolloutsQuery,
  RotateRequest,
  StopRequest,
  TrendsQuery,
  TryRequest,
  UndoImportRequest,
  VersionsQuery,
  WithdrawRequest,
} from "../api/messages.ts";
import { ApiError, UnknownAnswerError, UnreachableError } from "./errors.ts";

export { ApiError, UnreachableError };

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

/** A typed client of the HTTP API. Each answer is checked against the schema it was written with. */
export type Client = ReturnType<typeof createClient>;

const ANSWER_WITHIN_MS = 60_000;

/** A schema that is loaded when its answer comes: all of them together take longer than most requests. */
type Schema<T extends z.ZodType> = () => Promise<T>;

type Answers = typeof import("./answers.ts");
const answer = <K extends keyof Answers>(name: K) => async (): Promise<Answers[K]> =>
  (await lateImport<Answers>(import.meta.resolve("./answers.ts")))[name];

type StatusModule = typeof import("../retraining/status.ts");
const status = async () =>
  (await lateImport<StatusModule>(import.meta.resolve("../retraining/status.ts"))).Status;

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
  const get = <T extends z.ZodType>(path: string, schema: Schema<T>, query: Query = {}) =>
    call(options, { method: "GET", path: path + queryText(query), schema });
  const send = <T extends z.ZodType>(
    method: "POST" | "PATCH" | "PUT" | "DELETE",
    path: string,
    schema: Schema<T>,
    { body, headers }: Partial<Sent>,
  ) => call(options, { method, path, schema, body, headers });
  const change = (action: string, body: StopRequest | ChangeRequest = {}, idempotencyKey?: string) =>
    send("POST", `/retraining/${action}`, answer("ChangeAccepted"), {
      body,
      headers: keyHeader(idempotencyKey),
    });
  const ofModel = (name: string, rest: string) => `/models/${encodeURIComponent(name)}/${rest}`;

  return {
    url: options.url,
    status: () => get("/retraining/status", status),
    start: (request?: ChangeRequest, idempotencyKey?: string) => change("start", request, idempotencyKey),
    stop: (request?: StopRequest, idempotencyKey?: string) => change("stop", request, idempotencyKey),
    force: (request?: ChangeRequest, idempotencyKey?: string) => change("force", request, idempotencyKey),
    config: () => get("/retraining/config", answer("ConfigVersion")),
    /** Changes settings. `ifVersion`: only if that version is still in force. */
    updateConfig: (patch: ConfigPatch, ifVersion?: number) =>
      send("PATCH", "/retraining/config", answer("ConfigAnswer"), {
        body: patch,
        headers: ifVersion === undefined ? {} : { "If-Match": `"${ifVersion}"` },
      }),
    /** Puts a whole configuration in force. `ifVersion`: only if that version is still in force. */
    replaceConfig: (config: ConfigPut, ifVersion?: number) =>
      send("PUT", "/retraining/config", answer("ConfigAnswer"), {
        body: config,
        headers: ifVersion === undefined ? {} : { "If-Match": `"${ifVersion}"` },
      }),
    /** Decides stored checks and verdicts again under another configuration; changes nothing. */
    tryConfig: (request: TryRequest) =>
      send("POST", "/retraining/config/try", answer("WhatIfReport"), {
        body: request,
      }),
    configHistory: (query: LimitOnly = {}) =>
      get("/retraining/config/history", answer("ConfigHistory"), query),
    history: (query: Omit<HistoryQuery, "format"> = {}) =>
      get("/retraining/history", answer("History"), query),
    checks: (query: ChecksQuery = {}) => get("/retraining/checks", answer("Checks"), query),
    check: (id: string) => get(`/retraining/checks/${encodeURIComponent(id)}`, answer("CheckDetail")),
    /** Computes a check again from its stored evidence. */
    explain: (id: string) =>
      get(
        `/retraining/checks/${encodeURIComponent(id)}/explain`,
        answer("Explanation"),
      ),
    drift: (query: ModelLooksQuery = {}) => get("/monitoring/drift", answer("DriftLooks"), query),
    quality: (query: LooksQuery = {}) => get("/monitoring/quality", answer("QualityLooks"), query),
    /** Says that a finding is no trouble: the next look holds nothing back for it. */
    acceptFinding: (body: AcceptRequest, idempotencyKey?: string) =>
      send(
        "POST",
        "/monitoring/quality/accept",
        answer("Acceptance"),
        { body, headers: keyHeader(idempotencyKey) },
      ),
    performance: (query: ModelLooksQuery = {}) =>
      get(
        "/monitoring/performance",
        answer("PerformanceLooks"),
        query,
      ),
    /** Returns the worth of retraining to the shop, by the economics in force. */
    impact: (query: ImpactQuery) => get("/monitoring/impact", answer("Impact"), query),
    trends: (query: TrendsQuery) => get("/monitoring/trends", answer("Trends"), query),
    cycle: (id: string) =>
      get(
        `/retraining/cycles/${encodeURIComponent(id)}`,
        answer("Cycle"),
      ),
    models: () => get("/models", answer("Models")),
    versions: (name: string, query: VersionsQuery = {}) =>
      get(ofModel(name, "versions"), answer("Versions"), query),
    /** Replaces note and tags of a version; what is left out stays. */
    noteVersion: (name: string, version: number, body: NoteBody, idempotencyKey?: string) =>
      send("PUT", ofModel(name, `versions/${version}/note`), answer("VersionNote"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    /** Returns the card of a version, as text. */
    versionCard: async (name: string, version: number, format: "markdown" | "html" = "markdown") =>
      new TextDecoder().decode(
        await bytesOf(options, `${ofModel(name, `versions/${version}/card`)}?format=${format}`),
      ),
    /** Returns the file of a version; its sha256 is the version's `artefactSha256`. */
    versionArtefact: (name: string, version: number) =>
      bytesOf(options, ofModel(name, `versions/${version}/artefact`)),
    serving: (name: string, query: LimitOnly = {}) => get(ofModel(name, "serving"), answer("Serving"), query),
    rollback: (name: string, body: RollbackRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "rollback"), answer("ServingMove"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    promote: (name: string, body: PromoteRequest, idempotencyKey?: string) =>
      send("POST", ofModel(name, "promote"), answer("ServingMove"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    rollouts: (query: RolloutsQuery = {}) => get("/rollouts", answer("Rollouts"), query),
    rollout: (id: string) => get(`/rollouts/${encodeURIComponent(id)}`, answer("RolloutDetail")),
    rolloutPlan: (name: string, query: PlanQuery) =>
      get(ofModel(name, "rollout/plan"), answer("PlanAnswer"), query),
    brought: (name: string) => get(ofModel(name, "brought"), answer("BroughtModels")),
    /** Brings a model that was trained elsewhere: the next cycle puts it to the gate. */
    bring: (name: string, body: BringRequest, idempotencyKey?: string) =>
      send("POST", ofModel(name, "brought"), answer("BroughtCandidate"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    /** Takes a brought model out of trainings. */
    withdraw: (name: string, candidate: string, idempotencyKey?: string) =>
      send("DELETE", ofModel(name, `brought/${encodeURIComponent(candidate)}`), answer("Withdrawal"), {
        headers: keyHeader(idempotencyKey),
      }),
    /** Takes a model out of use; also one whose file is gone. */
    retire: (name: string, body: RetirementRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "retire"), answer("Retirement"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    /** Brings a retired model back; its automatic checks stay off. */
    restore: (name: string, body: RetirementRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "restore"), answer("Retirement"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    beginRollout: (name: string, body: RolloutRequest, idempotencyKey?: string) =>
      send("POST", ofModel(name, "rollout"), answer("RolloutBegun"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    /** Pauses the rollout that runs: its shares stay, it neither steps nor promotes. */
    pauseRollout: (name: string, body: PauseRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "rollout/pause"), answer("RolloutChanged"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    resumeRollout: (name: string, body: ResumeRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "rollout/resume"), answer("RolloutChanged"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    /** Rolls out the serving version made worse, to see that it is taken back. */
    drill: (name: string, body: DrillRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "drill"), answer("RolloutBegun"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    federated: (query: FederatedQuery = {}) => get("/federated", answer("FederatedRuns"), query),
    /** Trains a classification in rounds over countries whose rows stay apart. */
    startFederated: (name: string, body: FederatedRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "federated"), answer("FederatedBegun"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    /** Withdraws the federated training that waits for a model's next cycle. */
    withdrawFederated: (name: string, body: WithdrawRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "federated/withdraw"), answer("FederatedWithdrawn"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    lookAtRollout: (id: string, body: LookRequest) =>
      send("POST", `/rollouts/${encodeURIComponent(id)}/look`, answer("LookAnswer"), { body }),
    backtests: (query: LimitOnly = {}) => get("/backtests", answer("Backtests"), query),
    backtest: (id: string) =>
      get(
        `/backtests/${encodeURIComponent(id)}`,
        answer("BacktestDetail"),
      ),
    /** Replays history under policies, beside what serves. */
    startBacktest: (body: BacktestRequest, idempotencyKey?: string) =>
      send("POST", "/backtests", answer("BacktestBegun"), { body, headers: keyHeader(idempotencyKey) }),
    cancelBacktest: (id: string, body: CancelRequest = { why: "" }) =>
      send("POST", `/backtests/${encodeURIComponent(id)}/cancel`, answer("BacktestBegun"), { body }),
    approvals: (query: ApprovalsQuery = {}) => get("/approvals", answer("Approvals"), query),
    approve: (name: string, body: DecideRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "approve"), answer("Approval"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    reject: (name: string, body: DecideRequest = {}, idempotencyKey?: string) =>
      send("POST", ofModel(name, "reject"), answer("Approval"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    predict: (model: string, body: PredictionRequest) =>
      send(
        "POST",
        `/predictions/${encodeURIComponent(model)}`,
        answer("Predictions"),
        { body },
      ),
    features: (model: string) => get(`/models/${encodeURIComponent(model)}/features`, answer("Features")),
    sendEvents: (events: readonly unknown[]) =>
      send("POST", "/events", answer("IngestAnswer"), { body: events }),
    quarantine: (query: QuarantineQuery = {}) => get("/events/quarantine", answer("Quarantine"), query),
    /** Tries quarantined events again; what passes leaves the quarantine. */
    replayQuarantine: (body: ReplayRequest, idempotencyKey?: string) =>
      send("POST", "/events/quarantine/replay", answer("ReplayAnswer"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    imports: () => get("/imports", answer("Imports")),
    /** Takes an import out again, with all that was counted of it. */
    undoImport: (id: number, body: UndoImportRequest, idempotencyKey?: string) =>
      send("POST", `/imports/${id}/undo`, answer("ImportUndone"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    /** Erases a person; their id goes in the body, where no proxy logs it. */
    erasePerson: (body: PersonRequest) => send("POST", "/privacy/erasures", answer("PrivacyBegun"), { body }),
    deletePerson: (id: string, query: PersonQuery) =>
      send("DELETE", `/people/${encodeURIComponent(id)}${queryText(query)}`, answer("PrivacyBegun"), {}),
    exportPerson: (body: PersonRequest) => send("POST", "/privacy/exports", answer("PersonExport"), { body }),
    personExport: (id: string, query: PersonQuery) =>
      get(`/people/${encodeURIComponent(id)}/export`, answer("PersonExport"), query),
    objectPerson: (body: ObjectionRequest) =>
      send("POST", "/privacy/objections", answer("PrivacyBegun"), { body }),
    privacyRequests: (query: LimitOnly = {}) => get("/privacy/requests", answer("PrivacyRequests"), query),
    privacyRequest: (request: string) => get(`/privacy/requests/${request}`, answer("PrivacyRequestDetail")),
    alerts: (query: AlertsQuery = {}) => get("/alerts", answer("Alerts"), query),
    acknowledge: (id: number, body: AcknowledgeRequest, idempotencyKey?: string) =>
      send("POST", `/alerts/${id}/acknowledge`, answer("Alert"), {
        body,
        headers: keyHeader(idempotencyKey),
      }),
    audit: (query: AuditQuery = {}) => get("/audit", answer("Audit"), query),
    verifyAudit: () => get("/audit/verification", answer("AuditVerification")),
    keys: () => get("/keys", answer("Keys")),
    /** Makes a key; the answer alone holds it. */
    signInLink: () => send("POST", "/sign-in-links", answer("SignInLink"), {}),
    addKey: (body: KeyRequest) => send("POST", "/keys", answer("NewKey"), { body }),
    rotateKey: (name: string, body: RotateRequest = {}) =>
      send("POST", `/keys/${encodeURIComponent(name)}/rotate`, answer("NewKey"), { body }),
    revokeKey: (name: string, query: RevokeQuery = {}) =>
      send(
        "DELETE",
        `/keys/${encodeURIComponent(name)}${queryText(query)}`,
        answer("ApiKey"),
        {},
      ),
    /** Returns the operator's own files, and what became of them. */
    extensions: () => get("/extensions", answer("Extensions")),
    ready: () => get("/readyz", answer("Ready")),
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
  schema: Schema<T>;
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
  const received = await jsonOf(response);
  if (response.ok) return understood(await schema(), received, response.url || options.url);
  const Problem = await answer("Problem")();
  throw new ApiError(Problem.safeParse(received).data ?? otherProblem(response));
}

/** Asks for something that is no JSON. */
async function bytesOf(options: ClientOptions, path: string): Promise<Uint8Array> {
  const response = await answered(options, path, {
    method: "GET",
    headers: options.apiKey === undefined ? {} : { Authorization: `Bearer ${options.apiKey}` },
    signal: AbortSignal.timeout(options.timeoutMs ?? ANSWER_WITHIN_MS),
  });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  const Problem = await answer("Problem")();
  throw new ApiError(Problem.safeParse(await jsonOf(response)).data ?? otherProblem(response));
}

/** @throws {UnknownAnswerError} it is not an answer of this version */
function understood<T extends z.ZodType>(schema: T, received: unknown, url: string): z.output<T> {
  const parsed = schema.safeParse(received);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnknownAnswerError(url, issue.path.join("."), issue.message);
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
