import {
  Alert,
  type AlertKind,
  AlertScope,
  type ChannelName,
  missingModelKey,
  type WantedAlert,
} from "../../alerts/alert.ts";
import { HOUR_MS } from "../../core/time.ts";
import { ConflictError, NotFoundError } from "../../core/errors.ts";
import { writeAudit } from "../access/audit.ts";
import { currentConfig } from "../config/config_versions.ts";
import { inTransaction, type Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";
import { toldOver, writeDeliveries } from "./deliveries.ts";

/** When something happens to an alert, and over which channels it is told. */
export interface Telling {
  /** left out: the log alone */
  channels?: readonly ChannelName[];
  nowMs: number;
}

const columns = (sql: Sql) =>
  sql`id, key, kind, model, severity, title, detail, opened_at, last_seen_at, seen, escalated_at,
      acknowledged_at, acknowledged_by, acknowledged_why, closed_at, closed_why`;
const rank = (sql: Sql, severity: unknown) =>
  sql`array_position(array['info', 'warning', 'critical'], ${severity as never})`;

/**
 * Opens an alert, and writes down in the same transaction that it is to be told. One with this key that is open already
 * is seen once more instead: its title and detail are renewed, its severity may rise (to critical: that is told) but
 * does not fall. A key that was told of and closed less than `alert_cooldown_hours` ago opens quietly; it is told
 * once that time is over, or at once where it is graver than it was.
 */
export function openAlert(
  sql: Sql,
  wanted: WantedAlert,
  { channels = ["log"], nowMs }: Telling,
): Promise<Alert> {
  return inTransaction(sql, async (tx) => {
    const quiet = await coolingDown(tx, wanted, nowMs);
    const alert = await upsert(tx, wanted, { quiet, nowMs });
    if (!quiet) await writeDeliveries(tx, alert, { event: "opened", channels, nowMs });
    if (alert.escalatedAt === iso(nowMs)) {
      await writeDeliveries(tx, alert, { event: "escalated", channels, nowMs });
    }
    return alert;
  });
}

async function upsert(
  tx: Sql,
  { key, kind, model, severity, title, detail }: WantedAlert,
  { quiet, nowMs }: { quiet: string | null; nowMs: number },
): Promise<Alert> {
  const now = iso(nowMs);
  const details = quiet === null ? detail : { ...detail, quiet };
  const [row] = await tx`insert into alerts as a
      (key, kind, model, severity, title, detail, opened_at, last_seen_at)
    values (${key}, ${kind}, ${model}, ${severity}, ${title}, ${tx.json(details as never)}, ${now}, ${now})
    on conflict (key) where closed_at is null do update set
      kind = excluded.kind, title = excluded.title, detail = excluded.detail,
      seen = a.seen + 1, last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at), missed = 0,
      severity = case when ${rank(tx, tx`excluded.severity`)} > ${rank(tx, tx`a.severity`)}
        then excluded.severity else a.severity end,
      escalated_at = case when excluded.severity = 'critical' and a.severity <> 'critical'
        then coalesce(a.escalated_at, excluded.last_seen_at) else a.escalated_at end
    returning ${columns(tx)}`;
  return Alert.parse(row);
}

/** Why an alert is not told now, if it is not: it was, and closed a short while ago. Uses index `alerts_key`. */
async function coolingDown(tx: Sql, { key, severity }: WantedAlert, nowMs: number): Promise<string | null> {
  const { alert_cooldown_hours: hours } = (await currentConfig(tx)).config;
  const [row] = await tx`select a.closed_at from alerts a
    where a.key = ${key} and a.closed_at > ${iso(nowMs - hours * HOUR_MS)}
      and ${rank(tx, tx`a.severity`)} >= ${rank(tx, tx`${severity}::text`)}
      and exists (select from deliveries where alert_id = a.id)
      and not exists (select from alerts o join deliveries d on d.alert_id = o.id
                      where o.key = a.key and o.closed_at is null)
    order by a.id desc limit 1`;
  return row ? `not sent again: it closed at ${row.closedAt}, less than ${hours} h before` : null;
}

/** Has an open alert told again, once for each `turn`; one that a person acknowledged is left alone. */
export function remindAlert(
  sql: Sql,
  key: string,
  { turn, channels = ["log"], nowMs }: Telling & { turn: number },
): Promise<void> {
  return inTransaction(sql, async (tx) => {
    const [row] = await tx`select ${columns(tx)} from alerts
      where key = ${key} and closed_at is null and acknowledged_at is null`;
    if (row) await writeDeliveries(tx, Alert.parse(row), { event: "reminded", channels, nowMs, turn });
  });
}

/** Whether an alert with this key is open. Uses index `alerts_open_once`. */
export async function isAlertOpen(sql: Sql, key: string): Promise<boolean> {
  const rows = await sql`select from alerts where key = ${key} and closed_at is null`;
  return rows.length > 0;
}

/** Closes the alert with this key, if one is open, and has that told where its opening was. */
export const closeAlert = (sql: Sql, key: string, closing: Closing): Promise<Alert[]> =>
  closeWhere(sql, (tx) => tx`key = ${key}`, closing);

/** Kinds of alerts about the version that serves: they no longer hold when another one does. */
const OF_VERSION: AlertKind[] = [
  "degradation",
  "predictive",
  "drift",
  "damaged",
  "rollback",
  "rollout",
  "model",
];

/** Closes every alert about the version of a model that served until now: another one does. */
export const closeAlertsOf = (sql: Sql, model: string, closing: Closing): Promise<Alert[]> =>
  closeWhere(sql, (tx) => tx`model = ${model} and kind = any(${OF_VERSION}::text[])`, closing);

/** Closes every alert about a model: it is out of use. */
export const closeAllAlertsOf = (sql: Sql, model: string, closing: Closing): Promise<Alert[]> =>
  closeWhere(sql, (tx) => tx`model = ${model} or key = ${missingModelKey(model)}`, closing);

/** Why and when an alert closed. */
interface Closing {
  why: string;
  nowMs: number;
}

function closeWhere(
  sql: Sql,
  condition: (tx: Sql) => ReturnType<Sql>,
  { why, nowMs }: Closing,
): Promise<Alert[]> {
  return inTransaction(sql, async (tx) => {
    await lockAlerts(tx);
    const rows = await tx`update alerts set closed_at = ${iso(nowMs)}, closed_why = ${why}
      where closed_at is null and ${condition(tx)} returning ${columns(tx)}`;
    const closed = readRows(Alert, rows);
    for (const alert of closed) {
      await writeDeliveries(tx, alert, { event: "closed", channels: await toldOver(tx, alert.id), nowMs });
    }
    return closed;
  });
}

/**
 * Notes that a look did not find the open alerts of its scope beyond `except`, and closes those that it is not the
 * first in a row to miss: `looks` of them are needed.
 */
export async function missAlerts(
  sql: Sql,
  { kinds, model }: AlertScope,
  { except, looks, why, nowMs }: Closing & { except: readonly string[]; looks: number },
): Promise<Alert[]> {
  const missed = await sql`update alerts set missed = missed + 1
    where closed_at is null and kind = any(${kinds as AlertKind[]}::text[]) and model is not distinct from ${model}
      and key <> all(${except as string[]}::text[])
    returning id, missed`;
  const gone = missed.filter((row) => row.missed >= looks).map(({ id }) => id);
  return gone.length === 0
    ? []
    : await closeWhere(sql, (tx) => tx`id = any(${gone}::bigint[])`, { why, nowMs });
}

/** Whoever changes several alerts goes alone, until the end of the transaction: two would wait for each other's rows. */
export async function lockAlerts(tx: Sql): Promise<void> {
  await tx`select pg_advisory_xact_lock(${ALERTS_LOCK})`;
}
const ALERTS_LOCK = 7_310_003; // any number that nothing else locks

/** Takes a look for opening and closing alerts by it. @returns false: it was taken before */
export async function takeLook(sql: Sql, observationId: string, nowMs: number): Promise<boolean> {
  const rows = await sql`update observations set settled_at = ${iso(nowMs)}
    where id = ${observationId} and settled_at is null returning id`;
  return rows.length > 0;
}

/**
 * Makes what nobody acknowledged for `alert_escalate_hours` critical, and has it told; each alert once, an
 * information never. 0 hours: nothing.
 */
export function escalateAlerts(sql: Sql, { channels = ["log"], nowMs }: Telling): Promise<Alert[]> {
  return inTransaction(sql, async (tx) => {
    const { alert_escalate_hours: hours } = (await currentConfig(tx)).config;
    if (hours === 0) return [];
    await lockAlerts(tx);
    const rows = await tx`update alerts set severity = 'critical', escalated_at = ${iso(nowMs)}
      where closed_at is null and acknowledged_at is null and escalated_at is null and severity <> 'info'
        and opened_at <= ${iso(nowMs - hours * HOUR_MS)} returning ${columns(tx)}`;
    const escalated = readRows(Alert, rows);
    for (const alert of escalated) await writeDeliveries(tx, alert, { event: "escalated", channels, nowMs });
    return escalated;
  });
}

/**
 * A person has seen an alert: it does not escalate any more. The first to say so stays; that is written down once.
 * @throws {NotFoundError} there is no such alert   @throws {ConflictError} it closed before anyone saw it
 */
export function acknowledgeAlert(
  sql: Sql,
  { id, who, why, requestId, nowMs }: {
    id: number;
    who: string;
    why: string;
    requestId: string;
    nowMs: number;
  },
): Promise<Alert> {
  return inTransaction(sql, async (tx) => {
    const [row] = await tx`update alerts set acknowledged_at = ${iso(nowMs)}, acknowledged_by = ${who},
        acknowledged_why = ${why}
      where id = ${id} and closed_at is null and acknowledged_at is null returning ${columns(tx)}`;
    if (!row) return await acknowledgedBefore(tx, id);
    const alert = Alert.parse(row);
    await writeAudit(tx, {
      requestId,
      who,
      action: "acknowledge",
      target: `alert ${id}`,
      why,
      after: alert.title,
    });
    return alert;
  });
}

async function acknowledgedBefore(sql: Sql, id: number): Promise<Alert> {
  const alert = await getAlert(sql, id);
  if (alert.acknowledgedAt !== null) return alert;
  throw new ConflictError(
    `Cannot acknowledge alert ${id}: it closed at ${alert.closedAt} (${alert.closedWhy})`,
  );
}

/** @throws {NotFoundError} there is no such alert */
export async function getAlert(sql: Sql, id: number): Promise<Alert> {
  const [row] = await sql`select ${columns(sql)} from alerts where id = ${id}`;
  if (!row) throw new NotFoundError("alert", String(id));
  return Alert.parse(row);
}

/** Alerts, newest first: open ones, or all. */
export async function listAlerts(
  sql: Sql,
  { open = true, kind, model, limit = 100 }: {
    open?: boolean;
    kind?: AlertKind;
    model?: string;
    limit?: number;
  } = {},
): Promise<Alert[]> {
  const rows = await sql`select ${columns(sql)} from alerts
    where ${open ? sql`closed_at is null` : sql`true`} ${kind ? sql`and kind = ${kind}` : sql``}
      ${model ? sql`and model = ${model}` : sql``}
    order by opened_at desc, id desc limit ${limit}`;
  return readRows(Alert, rows);
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Counts the open alerts. Uses index `alerts_open_once`. */
export async function countOpenAlerts(sql: Sql): Promise<number> {
  const [row] = await sql`select count(*)::int as n from alerts where closed_at is null`;
  return row.n;
}

/** Closed alerts, newest first, and the `before` of the page after them; null: these were the last. */
export async function pageOfClosedAlerts(
  sql: Sql,
  { kind, model, before, limit }: { kind?: AlertKind; model?: string; before?: number; limit: number },
): Promise<{ alerts: Alert[]; next: number | null }> {
  const rows = await sql`select ${columns(sql)} from alerts
    where closed_at is not null ${before ? sql`and id < ${before}` : sql``}
      ${kind ? sql`and kind = ${kind}` : sql``} ${model ? sql`and model = ${model}` : sql``}
    order by id desc limit ${limit + 1}`;
  const alerts = readRows(Alert, rows.slice(0, limit));
  return { alerts, next: rows.length > limit ? alerts[limit - 1].id : null };
}

/** When the last alert closed; null: none ever did. */
export async function lastClosedAt(sql: Sql): Promise<string | null> {
  const [row] = await sql`select max(closed_at) as at from alerts`;
  return row.at;
}
