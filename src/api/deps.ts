import type { Log } from "../core/log.ts";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Oidc } from "../app/security/oidc.ts";
import type { HeldSettings } from "../app/events/held_settings.ts";
import type { DatabaseWatch } from "../app/database_watch.ts";
import type { AuditVerification } from "../app/security/audit_chain.ts";
import type { ModelSet } from "../app/registry/model_set.ts";
import type { Extension } from "../app/extensions.ts";
import type { VersionFiles } from "../app/registry/version_files.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import type { Admission } from "./admission.ts";
import type { Quota } from "./quota.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";
import type { Clock } from "../core/clock.ts";
import type { KeyHolder } from "../db/access/api_keys.ts";
import type { Database } from "../db/connect.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { Pseudonym } from "../privacy/pseudonym.ts";
import type { ExplainDeps } from "../retraining/explain.ts";
import type { Scopes } from "../security/scopes.ts";
import type { SigningKeys } from "../security/signing.ts";
import type { WebhookSecrets } from "../security/webhook_signature.ts";
import type { Predictor } from "../serving/prediction.ts";
import type { Control } from "../temporal/control.ts";
import type { CodecServer } from "../temporal/payload_codec.ts";

/** Everything the API is built from. */
export interface ApiDeps {
  sql: Database;
  clock: Clock;
  /** what taking events in goes by, in memory; left out: asked for each time */
  held?: Pick<HeldSettings, "moment" | "keptFromMs">;
  pseudonym: Pseudonym;
  /** finds shoppers to predict about; left out: as events are stored. Data that are public may have pseudonyms of their own */
  lookUp?: Pseudonym;
  control: Control;
  predictor: Predictor;
  /** those in use */
  models: ReadonlyMap<string, ModelDefinition>;
  modelSet: ModelSet;
  /** the operator's files; left out: there are none */
  extensions?: readonly Extension[];
  /** reads the files of versions before they serve */
  files: VersionFiles;
  /** keeps the files of versions, for who may download them, and of models that people bring; left out: neither can be done */
  artefacts?: Pick<ArtefactStore, "get" | "put">;
  /** recomputes past checks */
  explain: ExplainDeps;
  /** address of Temporal's own pages; null: not known */
  temporalUi: string | null;
  /** decrypts what Temporal holds, for its pages; left out: it is held in clear */
  codec?: CodecServer;
  /** watches Postgres beside the requests; left out: nobody does */
  database?: DatabaseWatch;
  /** how much may be under way at once; left out: what one process takes */
  admission?: Admission;
  /** how much a shop may send and ask, where several share servers; left out: without bound */
  quotas?: Quotas;
  /** what this process counts; left out: counted, and told nobody but who asks this app */
  instruments?: Instruments;
  /** folders whose disks are watched, by what they hold */
  folders?: Readonly<Record<string, string>>;
  /** The address the server listens on; left out: loopback. Beyond loopback, reading needs a key as well. */
  host?: string;
  /** shared with senders of `POST /events?preset=...` that sign what they post */
  webhookSecrets?: WebhookSecrets;
  /** computes the chain of the audit again; left out: this process has no key to check its checkpoints with */
  verifyAudit?: () => Promise<AuditVerification>;
  /** signs people in, and knows the tokens of services; left out: keys alone */
  oidc?: Oidc;
  /** tells whose signature stands under a receipt; left out: this process has no key */
  checkSignature?: SigningKeys["check"];
  /** how the world names this server, where a proxy stands before it */
  publicUrl?: string;
  /** Whether reading needs a key on loopback as well: behind a proxy, everybody comes from there. */
  readsNeedKey?: boolean;
  /** Hears what went wrong, one line each, without keys or ids of persons. */
  log: Log;
}

/** What bounds a shop. */
export interface Quotas {
  events: Quota;
  predictions: Quota;
  /** Refuses events where nothing more may be stored. @throws {ApiFault} */
  stored(): Promise<void>;
}

/** The same, counting. */
export type CountingDeps = ApiDeps & Required<Pick<ApiDeps, "instruments">>;

/** The values that a request carries from the guards to its handler. */
export interface AppEnv {
  Bindings: {
    /** the person in whose name this process calls itself; nothing that comes over the network can set it */
    actingAs?: KeyHolder;
  };
  Variables: {
    /** in the answer's `X-Request-Id`, in problems and in the log */
    requestId: string;
    /** the name of the key that was presented; empty where none was needed */
    who: string;
    /** which key that is: another one of its name has another */
    keyId: string;
    /** what that key is bounded to; null: to nothing but its role */
    scopes: Scopes;
    /** the path of the route, as in `/models/{name}/versions`; left out: it is none of the API's */
    route?: string;
  };
}

export type Api = OpenAPIHono<AppEnv>;

export const LOOPBACK = "127.0.0.1";
