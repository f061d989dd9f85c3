import type { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Channels } from "../app/alerts/channels/mod.ts";
import type { ModelSet } from "../app/registry/model_set.ts";
import type { Extension } from "../app/extensions.ts";
import type { VersionFiles } from "../app/registry/version_files.ts";
import type { SignalPolicy } from "../app/control/admit.ts";
import type { Database } from "../db/connect.ts";
import type { PayloadKeys } from "../security/payload_keys.ts";
import type { SigningKeys } from "../security/signing.ts";
import type { Installation } from "../embedded/types.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { Pseudonym } from "../privacy/pseudonym.ts";
import type { FileArtefacts } from "../registry/artefacts.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import type { Predictor } from "../serving/prediction.ts";
import type { MetricsRecorder } from "../serving/metrics_recorder.ts";
import type { DriftWorkerPool } from "../threads/drift_worker_pool.ts";
import { Undo } from "./undo.ts";
import type { ServiceOptions } from "./options.ts";

/** What the parts of a process share once it is open. */
export interface Shared extends ServiceOptions {
  servers: Installation;
  sql: Database;
  connection: NativeConnection;
  client: Client;
  /** of what Temporal holds; null: it holds it in clear */
  payloadKeys: PayloadKeys | null;
  /** those in use */
  models: ReadonlyMap<string, ModelDefinition>;
  modelSet: ModelSet;
  store: FileArtefacts;
  pseudonym: Pseudonym;
  predictor: Predictor;
  files: VersionFiles;
  metrics: MetricsRecorder;
  channels: Channels;
  /** the operator's files */
  extensions: readonly Extension[];
  /** paths of those of its files that decide */
  deciding: readonly string[];
  driftWorkers: DriftWorkerPool;
  temporalUi: string | null;
  /** with the role of the app */
  databaseUrl: string;
  signals: SignalPolicy;
  signing: SigningKeys;
  /** what participants of federated trainings derive their secrets from */
  federationSecret: Uint8Array<ArrayBuffer>;
  instruments: Instruments;
  undo: Undo;
}
