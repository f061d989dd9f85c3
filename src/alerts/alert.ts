import { z } from "zod";

/** Kinds of alerts. "model": opened by a release that did not tell them apart. */
export const AlertKind = z.enum([
  "degradation",
  "predictive",
  "drift",
  "quality",
  "cycle failed",
  "rollback",
  "rollout",
  "approval",
  "damaged",
  "stalled worker",
  "missed check",
  "undelivered change",
  "lost workflow",
  "missing model",
  "server restarted",
  "cleanup failed",
  "extension",
  "audit",
  "model",
]);
export type AlertKind = z.infer<typeof AlertKind>;

/** info: good to know; warning: look at it today; critical: look at it now. */
export const Severity = z.enum(["info", "warning", "critical"]);
export type Severity = z.infer<typeof Severity>;

/** Something a person should know about; open until its cause is gone. Times are the wall clock's. */
export const Alert = z.object({
  id: z.int(),
  key: z.string().describe("what it is about: open once"),
  kind: AlertKind,
  model: z.string().nullable(),
  severity: Severity,
  title: z.string(),
  detail: z.record(z.string(), z.unknown()),
  openedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  seen: z.int().describe("how often it was found since it opened"),
  escalatedAt: z.iso.datetime().nullable(),
  acknowledgedAt: z.iso.datetime().nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedWhy: z.string().nullable(),
  closedAt: z.iso.datetime().nullable(),
  closedWhy: z.string().nullable(),
});
export type Alert = z.infer<typeof Alert>;

/** An alert as a caller opens it. */
export type WantedAlert = Pick<Alert, "key" | "kind" | "model" | "severity" | "title" | "detail">;

/** The name of a channel that alerts are sent over: log, webhook, email, or one of the operator's own. */
export const ChannelName = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, {
  error: "needs a lower-case letter, then at most 40 lower-case letters, digits or hyphens",
});
export type ChannelName = z.infer<typeof ChannelName>;

/** One thing to be told about an alert over one channel. Its id stays the same however often it is sent. */
export const Delivery = z.object({
  id: z.uuid(),
  alertId: z.int(),
  event: z.enum(["opened", "reminded", "escalated", "closed"]),
  channel: ChannelName,
  body: Alert.describe("the alert as it was then"),
  attempts: z.int().describe("attempts that were begun"),
  lastError: z.string().nullable(),
  createdAt: z.iso.datetime(),
  deliveredAt: z.iso.datetime().nullable(),
  givenUpAt: z.iso.datetime().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** The open alerts that a look can settle. */
export interface AlertScope {
  kinds: readonly AlertKind[];
  model: string | null;
}

/** The alerts that one look wants open, out of those it can settle. */
export interface Settlement {
  /** what the look can speak about; no kinds: it cannot tell, and closes nothing */
  scope: AlertScope;
  wanted: readonly WantedAlert[];
  /** why an alert of the scope that is not wanted any more closes */
  closedWhy: string;
}

/** The key of the alert about a model whose file is gone. */
export const missingModelKey = (model: string): string => `missing model/${model}`;
