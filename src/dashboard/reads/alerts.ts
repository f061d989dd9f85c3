import type { Alert, AlertKind, Delivery } from "../../alerts/alert.ts";
import {
  countOpenAlerts,
  getAlert,
  lastClosedAt,
  listAlerts,
  pageOfClosedAlerts,
} from "../../db/alerts/alerts.ts";
import { deliveriesOf } from "../../db/alerts/deliveries.ts";
import type { Sql } from "../../db/connect.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** Selects the alerts to list. */
export interface AlertListQuery {
  /** left out: open ones first, then closed ones */
  state?: "open" | "closed";
  kind?: AlertKind;
  model?: string;
  /** only closed ones before the one of this number: a page after the first */
  before?: number;
  /** most closed ones */
  limit: number;
}

/** Alerts, newest first, with how they were told. */
export interface AlertList {
  open: Alert[];
  closed: Alert[];
  /** `before` of the next page; null: there is none */
  next: number | null;
  /** of all of them, in the order in which they happened */
  deliveries: Delivery[];
  /** when the last of all alerts closed; null: none ever did */
  lastClosedAt: string | null;
}

/** Reads for the page about alerts, and for every page's top bar. */
export interface AlertReads {
  /** open ones, newest first */
  alerts(): Promise<Alert[]>;
  alertList(query: AlertListQuery): Promise<AlertList>;
  /** null: there is no such alert */
  alert(id: number): Promise<Alert | null>;
  /** how many are open */
  openAlerts(): Promise<number>;
}

const OPEN_SHOWN = 200;
const NO_PAGE: { alerts: Alert[]; next: null } = { alerts: [], next: null };

/** Answers them from Postgres. */
export const alertReads = ({ sql }: DashboardDeps): AlertReads => ({
  alerts: () => listAlerts(sql),
  alertList: (query) => readAlertList(sql, query),
  alert: (id) => nullIfNotFound(getAlert(sql, id)),
  openAlerts: () => countOpenAlerts(sql),
});

async function readAlertList(
  sql: Sql,
  { state, kind, model, before, limit }: AlertListQuery,
): Promise<AlertList> {
  const [open, { alerts: closed, next }] = await Promise.all([
    state === "closed" || before ? [] : listAlerts(sql, { kind, model, limit: OPEN_SHOWN }),
    state === "open" ? NO_PAGE : pageOfClosedAlerts(sql, { kind, model, before, limit }),
  ]);
  const shown = [...open, ...closed];
  return {
    open,
    closed,
    next,
    deliveries: await deliveriesOf(sql, shown.map(({ id }) => id)),
    lastClosedAt: await lastClosedAt(sql),
  };
}
