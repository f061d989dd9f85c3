/** Closed alerts, how alerts were told, and what people changed. */
import { HOUR_MS } from "../../src/core/time.ts";
import type { Alert, Delivery } from "../../src/alerts/alert.ts";
import type { PrivacyRequest } from "../../src/db/people/privacy_requests.ts";
import type { AuditRow } from "../../src/db/access/audit.ts";
import type { Dashboard } from "../../src/dashboard/dashboard.ts";
import type { Fixture } from "./fixture.ts";

const CLOSED = 120;
const CHANGES = 2500;

/** An alert with what is left out made up. */
export const anAlert = (id: number, openedMs: number, over: Partial<Alert> = {}): Alert => ({
  id,
  key: `alert/${id}`,
  kind: "drift",
  model: "churn",
  severity: "warning",
  detail: {},
  seen: 1,
  title: `Inputs of churn drifted (${id})`,
  openedAt: new Date(openedMs).toISOString(),
  lastSeenAt: new Date(openedMs).toISOString(),
  escalatedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  acknowledgedWhy: null,
  closedAt: null,
  closedWhy: null,
  ...over,
});

export const aDelivery = (alert: Alert, over: Partial<Delivery> = {}): Delivery => ({
  id: crypto.randomUUID(),
  alertId: alert.id,
  event: "opened",
  channel: "webhook",
  body: alert,
  attempts: 1,
  lastError: null,
  createdAt: alert.openedAt,
  deliveredAt: alert.openedAt,
  givenUpAt: null,
  ...over,
});

export function makeAdmin(
  nowMs: number,
): Pick<Fixture, "closed" | "deliveries" | "audit" | "privacyRequests"> {
  const closed = Array.from({ length: CLOSED }, (_, i) => {
    const openedMs = nowMs - (i + 2) * 24 * HOUR_MS;
    return anAlert(1000 - i, openedMs, {
      kind: i % 3 === 0 ? "quality" : "drift",
      model: i % 3 === 0 ? null : i % 2 ? "churn" : "spending",
      closedAt: new Date(openedMs + HOUR_MS).toISOString(),
      closedWhy: "two looks did not find it",
    });
  });
  const deliveries = [
    aDelivery(closed[0]),
    aDelivery(closed[1], {
      channel: "email",
      attempts: 5,
      deliveredAt: null,
      lastError: "550 no such user",
      givenUpAt: closed[1].openedAt,
    }),
  ];
  const audit = Array.from({ length: CHANGES }, (_, i): AuditRow => ({
    id: CHANGES - i,
    requestId: `request ${i}`,
    at: new Date(nowMs - i * HOUR_MS).toISOString(),
    who: i % 5 === 0 ? "ben" : "ann",
    action: i % 2 ? "force" : "stop",
    target: "churn",
    why: i % 3 ? "a quiet week" : "",
    before: { active: i % 2 === 0 },
    after: { active: true },
  }));
  return { closed, deliveries, audit, privacyRequests: aFewRequests(nowMs) };
}

/** An erasure that is done, one under way, and an objection. */
function aFewRequests(nowMs: number): PrivacyRequest[] {
  const found = { events: 31, days: 9, predictions: 4, quarantined: 1, otherRows: 0, keptRows: 0, files: 12 };
  return [0, 1, 2].map((i) => ({
    id: `5b4d4a5e-0000-4000-8000-00000000000${i}`,
    kind: i === 2 ? "objection" : "erasure",
    who: "ann",
    why: "asked by letter",
    stage: i === 0 ? "files" : "ended",
    found,
    requestedAt: new Date(nowMs - i * 3_600_000).toISOString(),
    endedAt: i === 0 ? null : new Date(nowMs - i * 3_000_000).toISOString(),
    receipt: i === 0 ? null : { kind: "erasure", versions: [{ model: "churn", version: 3, serves: true }] },
    signature: i === 0 ? null : "0123456789abcdef.c2lnbmF0dXJl",
  }));
}

/** What the pages read of these rows. */
export function adminReads(
  { alerts, closed, deliveries, audit, privacyRequests }: Fixture,
): Pick<Dashboard, "alertList" | "alert" | "openAlerts" | "audit" | "auditNames" | "privacyRequests"> {
  const page = <T extends { id: number }>(
    rows: T[],
    { before, limit }: { before?: number; limit: number },
  ) => {
    const left = rows.filter((row) => !before || row.id < before);
    return { rows: left.slice(0, limit), next: left.length > limit ? left[limit - 1].id : null };
  };
  return {
    alertList({ state, kind, model, before, limit }) {
      const fits = (a: Alert) => (!kind || a.kind === kind) && (!model || a.model === model);
      const open = state === "closed" || before ? [] : alerts.filter(fits);
      const { rows, next } = state === "open"
        ? { rows: [], next: null }
        : page(closed.filter(fits), { before, limit });
      return Promise.resolve({
        open,
        closed: rows,
        next,
        deliveries,
        lastClosedAt: closed[0]?.closedAt ?? null,
      });
    },
    alert: (id) => Promise.resolve([...alerts, ...closed].find((a) => a.id === id) ?? null),
    openAlerts: () => Promise.resolve(alerts.length),
    audit({ who, action, ...query }) {
      const { rows, next } = page(
        audit.filter((c) => (!who || c.who === who) && (!action || c.action === action)),
        query,
      );
      return Promise.resolve({ changes: rows, next });
    },
    privacyRequests: () => Promise.resolve(privacyRequests),
    auditNames: () =>
      Promise.resolve({
        who: [...new Set(audit.map((c) => c.who))].sort(),
        actions: [...new Set(audit.map((c) => c.action))].sort(),
      }),
  };
}
