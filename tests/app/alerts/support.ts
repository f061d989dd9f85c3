/** Alerts and deliveries as the lifecycle makes them, and a clock that a test sets. */
import type { ChannelName, Delivery, WantedAlert } from "../../../src/alerts/alert.ts";
import type { Channel } from "../../../src/app/alerts/channels/channel.ts";
import { openAlert } from "../../../src/db/alerts/alerts.ts";
import { currentConfig, saveConfig } from "../../../src/db/config/config_versions.ts";
import type { Sql } from "../../../src/db/connect.ts";
import { listDeliveries } from "../../../src/db/alerts/deliveries.ts";
import type { SharedConfig } from "../../../src/config/retraining.ts";

export const NOW_MS = Date.UTC(2026, 10, 24, 9);
export const BOTH: readonly ChannelName[] = ["log", "webhook"];

export const anAlert = (over: Partial<WantedAlert> = {}): WantedAlert => ({
  key: "drift/churn/2",
  kind: "drift",
  model: "churn",
  severity: "warning",
  title: "churn: shoppers are not those of version 2",
  detail: { asOf: "2011-09-01T00:00:00.000Z" },
  ...over,
});

/** Changes settings of the installation. */
export async function setConfig(sql: Sql, change: Partial<SharedConfig>): Promise<void> {
  const { version, config } = await currentConfig(sql);
  await saveConfig(sql, { config: { ...config, ...change }, after: version, by: "ann", why: "" });
}

/** What is to be told of an alert, as "opened log". */
export const toldOf = async (sql: Sql, alertId: number): Promise<string[]> =>
  (await listDeliveries(sql, alertId)).map(({ event, channel }) => `${event} ${channel}`);

/** Opens an alert over one channel. @returns its delivery */
export async function aDelivery(
  sql: Sql,
  { channel = "webhook" as ChannelName, nowMs = NOW_MS, alert = {} as Partial<WantedAlert> } = {},
): Promise<Delivery> {
  const { id } = await openAlert(sql, anAlert(alert), { channels: [channel], nowMs });
  return (await listDeliveries(sql, id))[0];
}

/** A delivery that no database knows. */
export const DELIVERY: Delivery = {
  id: "0f0e0d0c-0b0a-4908-8706-050403020100",
  alertId: 7,
  event: "opened",
  channel: "webhook",
  body: {
    ...anAlert(),
    id: 7,
    seen: 1,
    openedAt: "2026-11-24T09:00:00.000Z",
    lastSeenAt: "2026-11-24T09:00:00.000Z",
    escalatedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    acknowledgedWhy: null,
    closedAt: null,
    closedWhy: null,
  },
  attempts: 1,
  lastError: null,
  createdAt: "2026-11-24T09:00:00.000Z",
  deliveredAt: null,
  givenUpAt: null,
};

/** A channel in memory: what was sent, and what each attempt answers. */
export class NotingChannel implements Channel {
  readonly sent: Delivery[] = [];
  answer: (delivery: Delivery) => Promise<void> = () => Promise.resolve();
  constructor(readonly name: ChannelName) {}
  send(delivery: Delivery): Promise<void> {
    this.sent.push(delivery);
    return this.answer(delivery);
  }
}
