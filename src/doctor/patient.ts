import type { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Config } from "../config/environment.ts";
import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/connect.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { FileArtefacts } from "../registry/artefacts.ts";

/** What an examination looks at; null: it could not be opened. */
export interface Patient {
  name: string;
  home: string;
  config: Config;
  uid: number | null;
  clock: Clock;
  /** the process that runs it; null: none does */
  runBy: { pid: number; startedAt: string } | null;
  /** where its API should answer */
  apiUrl: string;
  /** store of the artefacts */
  artefacts: FileArtefacts;
  models: ReadonlyMap<string, ModelDefinition>;
  database: Opened<Database>;
  temporal: Opened<{ client: Client; connection: NativeConnection; address: string }>;
}

/** Something that was opened, or why it was not. `absent`: it does not run, which is no fault where the service is down. */
export type Opened<T> = { value: T } | { absent: string } | { error: string };

export const openedValue = <T>(opened: Opened<T>): T | null => "value" in opened ? opened.value : null;
export const whyNot = <T>(opened: Opened<T>): string =>
  "value" in opened ? "" : "absent" in opened ? opened.absent : opened.error;
