import { messageOf } from "../core/errors.ts";
import type { Database } from "../db/connect.ts";
import { usesOfSecrets } from "../db/examination.ts";
import { type Examination, type Finding, finding, type NotLooked, shown, worstFirst } from "./finding.ts";
import { lookAtData } from "./looks/data.ts";
import {
  lookAtAlerts,
  lookAtAudit,
  lookAtBackups,
  lookAtKeys,
  lookAtOtherShops,
  lookAtOutbox,
  lookAtSchema,
  lookAtServer,
} from "./looks/database.ts";
import { lookAtEvidence, lookAtOrphans, lookAtStore, lookAtVersions } from "./looks/files.ts";
import {
  lookAtCertificates,
  lookAtDisk,
  lookAtRights,
  lookAtSecrets,
  lookAtWriting,
} from "./looks/folders.ts";
import { lookAtApi } from "./looks/service.ts";
import {
  lookAtIdentity,
  lookAtNamespace,
  lookAtSchedules,
  lookAtWorkers,
  lookAtWorkflows,
} from "./looks/temporal.ts";
import { readKeptSigning } from "./looks/signing.ts";
import { openedValue, type Patient, whyNot } from "./patient.ts";

/** Looks at everything that can be looked at; what cannot is said, with why. Changes nothing. */
export async function examine(patient: Patient): Promise<Examination> {
  const looks = new Looks();
  if (await isThere(patient)) {
    await lookAtInstallation(looks, patient);
  } else {
    looks.add(
      finding("no-installation", "problem", {
        subject: patient.home,
        detail: `"${patient.home}" is not there`,
      }),
    );
  }
  return looks.end(patient.name);
}

async function isThere({ home, config }: Patient): Promise<boolean> {
  if (config.DATABASE_URL !== undefined) return true;
  return await Deno.stat(home).then(() => true, () => false);
}

async function lookAtInstallation(looks: Looks, patient: Patient): Promise<void> {
  await looks.at("the rights of the folder", () => lookAtRights(patient));
  await looks.at("whether the folder can be written", () => lookAtWriting(patient));
  await looks.at("free space", () => lookAtDisk(patient));
  await looks.at("certificates", () => lookAtCertificates(patient));
  await looks.at("the API", () => lookAtApi(patient));
  const sql = await lookAtDatabase(looks, patient);
  await lookAtTemporal(looks, patient, sql);
}

/** @returns the database, if this version can use it */
async function lookAtDatabase(looks: Looks, patient: Patient): Promise<Database | null> {
  const { database } = patient;
  const sql = openedValue(database);
  if (sql === null) {
    if ("error" in database) looks.add(finding("postgres-down", "problem", { detail: database.error }));
    looks.not("the database", whyNot(database));
    return null;
  }
  const schema = await looks.at("the schema", () => lookAtSchema(sql));
  if (schema === null || schema.length > 0) {
    looks.not("what the database holds", "its schema is not this version's");
    return null;
  }
  const secrets = await looks.at("secrets", async () => lookAtSecrets(patient, await usesOfSecrets(sql)));
  const signs = secrets !== null && await readKeptSigning(patient).then((keys) => keys !== null, () => false);
  await looks.at("Postgres", () => lookAtServer(sql, patient));
  await looks.at("the audit", () => lookAtAudit(sql, { ...patient, signs }));
  await looks.at("keys", () => lookAtKeys(sql, patient));
  await looks.at("other shops", () => lookAtOtherShops(sql, patient));
  await looks.at("alerts", () => lookAtAlerts(sql));
  await looks.at("changes under way", () => lookAtOutbox(sql, patient));
  await looks.at("backups", () => lookAtBackups(sql, patient));
  await looks.at("data", () => lookAtData(sql, patient));
  await lookAtFiles(looks, patient, sql);
  return sql;
}

async function lookAtFiles(looks: Looks, patient: Patient, sql: Database): Promise<void> {
  const store = await looks.at("the artefact folder", () => lookAtStore(sql, patient));
  if (store === null || store.length > 0) {
    looks.not("artefacts", "their folder is not there, or not this database's");
    return;
  }
  await looks.at("files of versions", () => lookAtVersions(sql, patient));
  await looks.at("evidence", () => lookAtEvidence(sql, patient));
  await looks.at("orphans", () => lookAtOrphans(sql));
}

async function lookAtTemporal(looks: Looks, patient: Patient, sql: Database | null): Promise<void> {
  const temporal = openedValue(patient.temporal);
  if (temporal === null) {
    const isFault = "error" in patient.temporal || patient.runBy !== null;
    if (isFault) looks.add(finding("temporal-down", "problem", { detail: whyNot(patient.temporal) }));
    looks.not("Temporal", whyNot(patient.temporal));
    return;
  }
  let id: string | null = null;
  let isUsable = false;
  await looks.at("Temporal's namespace", async () => {
    const namespace = await lookAtNamespace(temporal, patient);
    id = namespace.id;
    isUsable = namespace.isThere;
    return namespace.found;
  });
  if (!isUsable) return looks.not("workflows", "the namespace cannot be used");
  await looks.at("workers", () => lookAtWorkers(temporal, patient));
  await looks.at("schedules", () => lookAtSchedules(temporal));
  if (sql === null) return looks.not("workflows", "the database cannot be read");
  const other = await looks.at(
    "whose Temporal it is",
    () => lookAtIdentity(sql, { address: temporal.address, id }),
  );
  if (other === null || other.length > 0) return looks.not("workflows", "they live elsewhere");
  await looks.at("workflows", () => lookAtWorkflows(sql, temporal, patient));
}

/** Collects what was found; one look that fails does not keep the others. */
class Looks {
  readonly #looked: string[] = [];
  readonly #notLooked: NotLooked[] = [];
  readonly #findings: Finding[] = [];

  add(found: Finding): void {
    this.#findings.push(found);
  }

  not(what: string, why: string): void {
    this.#notLooked.push({ what, why });
  }

  /** @returns what was found; null: it could not be looked at */
  async at(what: string, look: () => Promise<Finding[]>): Promise<Finding[] | null> {
    try {
      const found = await look();
      this.#looked.push(what);
      this.#findings.push(...found);
      return found;
    } catch (error) {
      this.not(what, messageOf(error));
      return null;
    }
  }

  end(installation: string): Examination {
    const findings = worstFirst(this.#findings).map(shown);
    const healthy = !findings.some(({ severity }) => severity === "problem");
    return { installation, healthy, looked: this.#looked, notLooked: this.#notLooked, findings };
  }
}
