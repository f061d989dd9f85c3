import type { Config } from "../config/environment.ts";
import { systemClock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import { lockOwner } from "../embedded/lock.ts";
import { runningTemporal } from "../embedded/temporal.ts";
import type { Log } from "../embedded/types.ts";
import { loadModels } from "../models/mod.ts";
import { connectTemporal, createTemporalClient } from "../temporal/connect.ts";
import { installRuntime } from "../temporal/runtime.ts";
import { artefactStore } from "../start/artefacts.ts";
import { payloadKeysOf } from "../start/payload_keys.ts";
import { findDatabase } from "../start/local_database.ts";
import { Undo } from "../start/undo.ts";
import type { Database } from "../db/connect.ts";
import type { Opened, Patient } from "./patient.ts";

const CONNECTS_WITHIN_MS = 10_000;

export interface Place {
  /** name of the installation */
  name: string;
  home: string;
  cache: string;
  config: Config;
  uid: number | null;
  apiUrl: string;
  log: Log;
}

/**
 * Opens what an examination looks at, as far as it can be: the database of a service that does not run is started for
 * it, with the lock held, and stopped again. Nothing is migrated.
 */
export async function openPatient(place: Place): Promise<Patient & AsyncDisposable> {
  const { name, home, config, uid, apiUrl, log } = place;
  installRuntime(log);
  const undo = new Undo(log);
  const runBy = await lockOwner(home).catch(() => undefined) ?? null;
  const database = await openDatabase(place, { undo });
  const temporal = await openTemporal(place, { undo });
  const artefacts = artefactStore(config, home);
  const models = await loadModels();
  const opened = { database, temporal, artefacts, models, clock: systemClock };
  return { name, home, config, uid, apiUrl, runBy, ...opened, [Symbol.asyncDispose]: () => undo.run() };
}

async function openDatabase(place: Place, { undo }: { undo: Undo }): Promise<Opened<Database>> {
  try {
    const sql = await findDatabase(place, undo);
    return sql === null ? { absent: "there is no database yet" } : { value: sql };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function openTemporal(
  { home, config }: Place,
  { undo }: { undo: Undo },
): Promise<Patient["temporal"]> {
  const address = config.TEMPORAL_ADDRESS ?? await runningTemporal(home).catch(() => undefined);
  if (address === undefined) return { absent: "the embedded Temporal does not run" };
  try {
    const late = () => new Error(`no answer from ${address} within ${CONNECTS_WITHIN_MS / 1000} s`);
    const connection = await withDeadline(connectTemporal(address, config), CONNECTS_WITHIN_MS, late);
    undo.add("the connection to Temporal", () => connection.close());
    const keys = await payloadKeysOf(config);
    const client = createTemporalClient(connection, { namespace: config.TEMPORAL_NAMESPACE, keys });
    return { value: { client, connection, address } };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
