/** Alerts in words: how grave, what to do, and how they were told. */
import type { Alert, AlertKind, Delivery } from "../../../src/alerts/alert.ts";
import { counted } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import type { Badge } from "../../../components/labels.ts";

const SEVERITIES: Readonly<Record<Alert["severity"], Badge>> = {
  critical: { glyph: "bad", tone: "bad", word: "Critical" },
  warning: { glyph: "watch", tone: "watch", word: "Warning" },
  info: { glyph: "unknown", tone: "unknown", word: "Info" },
};

/** Returns the badge of an alert's severity. */
export const severityBadge = ({ severity }: Pick<Alert, "severity">): Badge => SEVERITIES[severity];

const KINDS: Readonly<Record<AlertKind, string>> = {
  "degradation": "worse on outcomes",
  "predictive": "expected to get worse",
  "drift": "inputs drifted",
  "quality": "data quality",
  "cycle failed": "cycle failed",
  "rollback": "rolled back",
  "rollout": "rollout",
  "approval": "waits for approval",
  "damaged": "damaged file",
  "stalled worker": "no worker",
  "missed check": "check missed",
  "undelivered change": "change not delivered",
  "lost workflow": "lost workflow",
  "missing model": "model without a file",
  "server restarted": "server restarted",
  "cleanup failed": "clean-up failed",
  "extension": "extension fails",
  "audit": "audit changed",
  "model": "model",
};

/** Every kind, in the order in which a person chooses one. */
export const ALERT_KINDS = Object.keys(KINDS) as AlertKind[];

/** Returns the name of an alert's kind. */
export const kindName = (kind: AlertKind): string => KINDS[kind];

/** "3 times since 2 Mar 2026, 14:00" */
export const seenText = ({ seen, lastSeenAt }: Pick<Alert, "seen" | "lastSeenAt">): string =>
  `seen ${seen === 1 ? "once" : `${seen} times`}, last ${moment(lastSeenAt, "moment")}`;

/** One telling in words: "webhook, opened: delivered at the first attempt". */
export function deliveryText(
  { channel, event, attempts, lastError, deliveredAt, givenUpAt }: Delivery,
): string {
  const state = deliveredAt
    ? `delivered${attempts > 1 ? ` at attempt ${attempts}` : ""}`
    : givenUpAt
    ? `given up after ${counted(attempts, "attempt")}`
    : attempts === 0
    ? "not sent yet"
    : `tried ${attempts === 1 ? "once" : `${attempts} times`}, will be retried`;
  return `${channel}, ${event}: ${state}${!deliveredAt && lastError ? ` (${lastError})` : ""}`;
}
