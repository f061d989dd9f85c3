import { brokenText } from "../../format/audit_text.ts";
import { DAY_MS } from "../../core/time.ts";
import { UNSENT_AFTER_MS } from "../../alerts/health_checks.ts";
import { lastBackup } from "../../app/backup/last.ts";
import { readKept, verifyAudit } from "../../app/security/audit_chain.ts";
import { openSigning } from "../../app/security/signing_key.ts";
import { listKeys } from "../../db/access/api_keys.ts";
import { unsentMessages } from "../../db/access/outbox.ts";
import { listAlerts } from "../../db/alerts/alerts.ts";
import { archiverState } from "../../db/backup.ts";
import type { Database } from "../../db/connect.ts";
import { newestWriteMs, serverClockMs, undeliveredAlerts } from "../../db/examination.ts";
import { schemaState } from "../../db/migrate.ts";
import { mayRewriteAudit } from "../../db/roles.ts";
import { otherShopsOpenTo } from "../../db/shops.ts";
import { isReadOnly } from "../../db/settings.ts";
import { type Finding, finding } from "../finding.ts";
import type { Patient } from "../patient.ts";
import { clockFinding } from "./service.ts";

const SOON_MS = 14 * DAY_MS;
/** Rows that are this far in the future say that a clock was set back. */
const BACKWARDS_MS = 60_000;

/** Whether this version can use the schema; where it cannot, nothing else is asked of the database. */
export async function lookAtSchema(sql: Database): Promise<Finding[]> {
  const { missing, unknown, foreign } = await schemaState(sql);
  if (foreign.length > 0) {
    return [finding("schema-foreign", "problem", { detail: `it has the tables ${foreign.join(", ")}` })];
  }
  if (unknown.length > 0) {
    return [
      finding("schema-newer", "problem", { detail: `this version does not know ${unknown.join(", ")}` }),
    ];
  }
  if (missing.length > 0) {
    return [finding("schema-behind", "problem", { detail: `it lacks ${missing.join(", ")}` })];
  }
  return [];
}

/** Whether the server takes changes, and its clock agrees with ours. */
export async function lookAtServer(sql: Database, { clock }: Patient): Promise<Finding[]> {
  const found: Finding[] = [];
  if (await isReadOnly(sql)) {
    found.push(finding("postgres-read-only", "problem", { detail: "transaction_read_only is on" }));
  }
  const beforeMs = clock();
  const otherMs = await serverClockMs(sql);
  found.push(...clockFinding("Postgres", otherMs, { beforeMs, afterMs: clock() }));
  const newestMs = await newestWriteMs(sql);
  if (newestMs !== null && newestMs > clock() + BACKWARDS_MS) {
    const detail = `the newest row is of ${
      new Date(newestMs).toISOString()
    }, which is yet to come: a clock was set back`;
    found.push(finding("clock-off", "problem", { detail }));
  }
  return found;
}

/** Whether the app's role could rewrite the audit, and whether somebody did. */
export async function lookAtAudit(
  sql: Database,
  { home, config, signs }: Patient & { signs: boolean },
): Promise<Finding[]> {
  const found: Finding[] = [];
  const isApps = config.DATABASE_URL !== undefined && config.PERENNIAL_OWNER_DATABASE_URL === undefined;
  if (isApps && await mayRewriteAudit(sql)) {
    found.push(
      finding("audit-rewritable", "warning", { detail: "the role of DATABASE_URL owns the tables" }),
    );
  }
  if (!signs) return found; // the key is not there, which is told
  const signing = await openSigning({
    home,
    given: config.PERENNIAL_SIGNING_KEY,
    trusted: config.PERENNIAL_TRUSTED_SIGNING_KEYS,
  });
  const { broken } = await verifyAudit(sql, signing, await readKept(home));
  if (broken === null) return found;
  return [...found, finding("audit-broken", "problem", { detail: brokenText(broken) })];
}

/** Whether the role of this shop's processes could reach other shops' databases. */
export async function lookAtOtherShops(sql: Database, { config }: Patient): Promise<Finding[]> {
  if (config.PERENNIAL_SHOP === undefined || config.DATABASE_URL === undefined) return [];
  const role = decodeURIComponent(new URL(config.DATABASE_URL).username);
  return (await otherShopsOpenTo(sql, role)).map((database) =>
    finding("shop-not-apart", "problem", {
      subject: database,
      detail: `"${role}" may connect to "${database}"`,
    })
  );
}

/** API keys that end soon. */
export async function lookAtKeys(sql: Database, { clock }: Patient): Promise<Finding[]> {
  const nowMs = clock();
  return (await listKeys(sql)).flatMap(({ name, expiresAt }) => {
    const endMs = expiresAt === null ? Infinity : Date.parse(expiresAt);
    if (endMs > nowMs + SOON_MS) return [];
    const detail = `the key of ${name} ${endMs <= nowMs ? "ended" : "ends"} ${expiresAt!.slice(0, 16)}Z`;
    return [finding("key-expires", "warning", { subject: name, detail })];
  });
}

/** A backup that is older says that a timer stopped. */
const BACKUP_MS = 8 * DAY_MS;

/** When the last backup was made, and whether the archive takes the log. */
export async function lookAtBackups(sql: Database, patient: Patient): Promise<Finding[]> {
  return [...await lookAtLast(sql, patient), ...await lookAtArchive(sql)];
}

async function lookAtArchive(sql: Database): Promise<Finding[]> {
  const archiver = await archiverState(sql);
  if (!archiver?.failing) return [];
  const detail = archiver.last
    ? `the last segment went there at ${archiver.last.slice(0, 16)}Z`
    : "nothing went there yet";
  return [finding("archive-failing", "problem", { detail })];
}

async function lookAtLast(sql: Database, { clock }: Patient): Promise<Finding[]> {
  const last = await lastBackup(sql);
  if (last === null) return [finding("no-backup", "note", { detail: "none was ever made" })];
  if (clock() - Date.parse(last.at) <= BACKUP_MS) return [];
  const detail = `the last one is of ${last.at.slice(0, 16)}Z, in "${last.folder}"`;
  return [finding("no-backup", "warning", { detail })];
}

/** Kinds of alerts that say how a model does. */
const PERFORMANCE = ["degradation", "predictive", "drift", "quality", "rollback"];
/** Kinds that another look of the doctor tells better. */
const TOLD_ELSEWHERE = [
  "damaged",
  "lost workflow",
  "stalled worker",
  "undelivered change",
  "cycle failed",
  "audit",
];

/** What people should have heard of, and what nobody could be told. */
export async function lookAtAlerts(sql: Database): Promise<Finding[]> {
  const open = await listAlerts(sql, { open: true, limit: 1000 });
  const found = open.flatMap(({ kind, severity, model: subject, title: detail }) => {
    if (PERFORMANCE.includes(kind)) return [finding("performance-fell", "warning", { subject, detail })];
    if (severity !== "critical" || TOLD_ELSEWHERE.includes(kind)) return [];
    return [finding("alert-open", "warning", { subject, detail })];
  });
  const { alerts, lastError } = await undeliveredAlerts(sql);
  if (alerts > 0) {
    const detail = `${alerts} open: ${lastError ?? "no error was written down"}`;
    found.push(finding("alerts-not-delivered", "problem", { detail }));
  }
  return found;
}

/** Changes that people asked for and that Temporal has not heard. */
export async function lookAtOutbox(sql: Database, { clock }: Patient): Promise<Finding[]> {
  const unsent = await unsentMessages(sql, { beforeMs: clock() - UNSENT_AFTER_MS });
  return [...new Set(unsent.map(({ target }) => target))].map((target) => {
    const { createdAt, lastError, givenUp } = unsent.find((one) => one.target === target)!;
    const state = givenUp ? "was given up" : "is not sent yet";
    const detail = `a change of ${createdAt.slice(0, 16)}Z for ${target} ${state}: ${
      lastError ?? "no error yet"
    }`;
    return finding("messages-unsent", "problem", { subject: target, detail });
  });
}
