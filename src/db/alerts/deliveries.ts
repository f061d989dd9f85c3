import { z } from "zod";
import { type Alert, type ChannelName, Delivery } from "../../alerts/alert.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Sql } from "../connect.ts";

const columns = (sql: Sql) =>
  sql`id, alert_id, event, channel, body, attempts, last_error, created_at, delivered_at, given_up_at`;

/** The place of an event in the life of an alert. */
const place = (sql: Sql, event: ReturnType<Sql>) =>
  sql`array_position(array['opened', 'reminded', 'escalated', 'closed'], ${event})`;

/** Writes down that an event of an alert is to be told over each channel; what is written already stays. */
export async function writeDeliveries(
  sql: Sql,
  alert: Alert,
  { event, channels, nowMs, turn = 0 }: {
    event: Delivery["event"];
    channels: readonly ChannelName[];
    nowMs: number;
    /** which of several reminders */
    turn?: number;
  },
): Promise<void> {
  const nowIso = iso(nowMs);
  await sql`insert into deliveries (id, alert_id, event, channel, turn, body, created_at)
    select gen_random_uuid(), ${alert.id}, ${event}, channel, ${turn}, ${sql.json(alert as never)}, ${nowIso}
    from unnest(${channels as ChannelName[]}::text[]) as channel
    on conflict (alert_id, event, channel, turn) do nothing`;
}

/** @returns the channels over which an alert was told or is about to be */
export async function toldOver(sql: Sql, alertId: number): Promise<ChannelName[]> {
  const rows = await sql`select distinct channel from deliveries
    where alert_id = ${alertId} and given_up_at is null order by channel`;
  return rows.map(({ channel }) => channel);
}

/**
 * Deliveries that are due, those tried least first, so that a receiver that is down keeps nothing from the others.
 * What came before about the same alert over the same channel goes first. Uses index `deliveries_due`.
 * @param options.untriedMs only those that nobody tried for so long   @param options.triedMs, or not again for so long
 */
export async function dueDeliveries(
  sql: Sql,
  { nowMs, untriedMs = 0, triedMs = 0, limit = 100 }: {
    nowMs: number;
    untriedMs?: number;
    triedMs?: number;
    limit?: number;
  },
): Promise<string[]> {
  const rows = await sql`select id from deliveries d
    where delivered_at is null and given_up_at is null
      and (claimed_until is null or claimed_until <= ${iso(nowMs)})
      and (case when tried_at is null then created_at <= ${iso(nowMs - untriedMs)}
           else tried_at <= ${iso(nowMs - triedMs)} end)
      and not exists (select from deliveries e where e.alert_id = d.alert_id and e.channel = d.channel
        and e.delivered_at is null and e.given_up_at is null
        and (${place(sql, sql`e.event`)}, e.turn) < (${place(sql, sql`d.event`)}, d.turn))
    order by attempts, created_at, id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** So long a process may take to send. One that dies meanwhile leaves the delivery to others after this time. */
const CLAIM_MS = 60_000;

/**
 * Takes a delivery for sending, so that no other process sends it meanwhile, and counts the attempt.
 * @returns what there is; `mine`: whether it is taken, and may be sent   @throws {NotFoundError} there is none
 */
export async function claimDelivery(
  sql: Sql,
  id: string,
  nowMs: number,
): Promise<{ mine: boolean; delivery: Delivery }> {
  const [claimed] = await sql`update deliveries
    set attempts = attempts + 1, tried_at = ${iso(nowMs)}, claimed_until = ${iso(nowMs + CLAIM_MS)}
    where id = ${id} and delivered_at is null and given_up_at is null
      and (claimed_until is null or claimed_until <= ${iso(nowMs)}) returning ${columns(sql)}`;
  if (claimed) return { mine: true, delivery: Delivery.parse(claimed) };
  const [row] = await sql`select ${columns(sql)} from deliveries where id = ${id}`;
  if (!row) throw new NotFoundError("delivery", id);
  return { mine: false, delivery: Delivery.parse(row) };
}

/** Notes how an attempt ended, and lets go. What was delivered or given up before stays so. */
export async function noteAttempt(
  sql: Sql,
  id: string,
  { error, giveUp, nowMs }: { error: string | null; giveUp: boolean; nowMs: number },
): Promise<void> {
  const now = iso(nowMs);
  await sql`update deliveries set last_error = ${error}, claimed_until = null,
      delivered_at = ${error === null ? now : null}, given_up_at = ${giveUp ? now : null}
    where id = ${id} and delivered_at is null and given_up_at is null`;
}

/** Lists the deliveries of an alert, in the order in which they happened. */
export async function listDeliveries(sql: Sql, alertId: number): Promise<Delivery[]> {
  const rows = await sql`select ${columns(sql)} from deliveries where alert_id = ${alertId}
    order by ${place(sql, sql`event`)}, turn, channel`;
  return z.array(Delivery).parse([...rows]);
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Lists the deliveries of some alerts, alert by alert in the order in which they happened. */
export async function deliveriesOf(sql: Sql, alertIds: readonly number[]): Promise<Delivery[]> {
  const columnList = columns(sql);
  const eventPlace = place(sql, sql`event`);
  const rows =
    await sql`select ${columnList} from deliveries where alert_id = any(${alertIds as number[]}::bigint[]) order by alert_id, ${eventPlace}, turn, channel`;
  return z.array(Delivery).parse([...rows]);
}
