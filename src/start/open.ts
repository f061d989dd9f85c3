import type { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Database } from "../db/connect.ts";
import { areOldVersionsSigned, markOldVersionsSigned } from "../app/security/signing_key.ts";
import { signOldVersions } from "../app/registry/signatures.ts";
import type { SigningKeys } from "../security/signing.ts";
import { checkStore, checkTemporal } from "../app/installation_identity.ts";
import { checkPayloadKeys } from "../app/payload_key_ids.ts";
import type { PayloadKeys } from "../security/payload_keys.ts";
import { namespaceId, needNamespaceOf, prepareNamespace } from "../embedded/temporal_namespace.ts";
import type { Installation, Log } from "../embedded/types.ts";
import type { FileArtefacts } from "../registry/artefacts.ts";
import { TRACED_CALLS } from "../temporal/client_interceptor.ts";
import { createTemporalClient, WITHOUT_ATTRIBUTES } from "../temporal/connect.ts";
import { artefactStore } from "./artefacts.ts";
import type { ServiceOptions } from "./options.ts";

/** Opens Temporal, if it is the one that this database belongs to and has what Perennial needs. */
export async function openClient(
  { config, home, log, embedded, adopt }: ServiceOptions,
  { sql, connection, servers, keys }: {
    sql: Database;
    connection: NativeConnection;
    servers: Installation;
    /** of payloads */
    keys: PayloadKeys | null;
  },
): Promise<Client> {
  const isEmbedded = embedded && !config.TEMPORAL_ADDRESS;
  const namespace = config.TEMPORAL_NAMESPACE;
  const at = { address: servers.temporalAddress, namespace };
  const id = await namespaceId(connection, at);
  await needNamespaceOf(connection, at, config.PERENNIAL_SHOP);
  const place = isEmbedded
    ? `the embedded server of ${home}${namespace === "default" ? "" : `, namespace "${namespace}"`}`
    : `${at.address}, namespace "${namespace}"`;
  const { lost } = await checkTemporal(sql, { id, place }, { adopt });
  if (lost) log(`Temporal at ${place} has a new store: workflows are begun again from the database`);
  await checkPayloadKeys(sql, keys, { lost });
  const attributes = await prepareNamespace(connection, at);
  if (!attributes) log(`Temporal at ${place} lets nobody add search attributes: workflows have none`);
  const workflow = [TRACED_CALLS, ...attributes ? [] : [WITHOUT_ATTRIBUTES]];
  return createTemporalClient(connection, { namespace, keys, workflow });
}

/** Opens the artefact store, if it is the one that this database belongs to. */
export async function openStore(
  { config, home, log, adopt }: ServiceOptions,
  sql: Database,
): Promise<FileArtefacts> {
  const store = artefactStore(config, home);
  const { id, isThere } = await checkStore(sql, store, { adopt });
  if (!isThere) {
    const until = store.folder === null ? "once it answers" : "once it is mounted";
    log(`The artefact store is not in "${store.place}" yet: models are read ${until}`);
  }
  return artefactStore(config, home, { id });
}

export const MAY_REWRITE =
  "The role of DATABASE_URL owns the tables, so that whoever gets hold of it could rewrite the audit: " +
  "set PERENNIAL_OWNER_DATABASE_URL to the owner's address and DATABASE_URL to one of a role that owns nothing";

/** Our own database has an owner and a role of the app; another one has what the environment says. */
export function databaseUrls({ config, home }: ServiceOptions, { databaseUrl }: Installation) {
  const { DATABASE_URL: appUrl, PERENNIAL_OWNER_DATABASE_URL: ownerUrl, PERENNIAL_SHOP: shop } = config;
  return appUrl === undefined ? { ownerUrl: databaseUrl, home, shop } : { appUrl, ownerUrl, home, shop };
}

/** Signs what an older release made, once: from then on what has no signature does not serve. */
export async function signOnce(
  sql: Database,
  { signing, home, log }: { signing: SigningKeys; home: string; log: Log },
): Promise<void> {
  if (await areOldVersionsSigned(home)) return;
  const signed = await signOldVersions(sql, signing);
  await markOldVersionsSigned(home);
  if (signed > 0) log(`Signed ${signed} versions that an older release made, with key ${signing.keyId}`);
}
