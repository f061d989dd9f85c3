/** Alerts in words: how grave, what to do, and how they were told. */
import type { Alert, AlertKind, Delivery } from "../../../src/alerts/alert.ts";
import { counted } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import type { Badge } from "../../../components/labels.ts";

const SEVERITIES: Readonly<Record<Alert["severity"], Badge>> = {
  critical: { glyph: "bad", tone: "bad", word: "Critical" },
  warning: { glyph: "watch", tone: "watch", word: "Warning" },
  info: { glyph: "unknown", tone: "unknown", word: "Good to know" },
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
  "audit": "audit changed",
  "model": "model",
};

/** Returns the name of an alert's kind. */
export const kindName = (kind: AlertKind): string => KINDS[kind];

/** Advice about an alert, and where to follow it. */
interface Advice {
  text: string;
  href?: string;
  link?: string;
}

/** Returns the advice about an alert of each kind. */
export function adviceOn({ kind, model, detail }: Pick<Alert, "kind" | "model" | "detail">): Advice {
  const ofModel = model ? `?model=${model}` : "";
  const id = detail.cycleId;
  switch (kind) {
    case "degradation":
    case "predictive":
      return {
        text:
          "The trigger retrains by itself once labelled rows show it. Roll back if an earlier version did better.",
        href: `/versions${model ? `#${model}` : ""}`,
        link: "Versions",
      };
    case "drift":
      return {
        text:
          "Nothing yet: inputs warn, outcomes decide. Look which features moved, and whether the shop changed.",
        href: `/cycles${ofModel}`,
        link: "Cycles",
      };
    case "quality":
      return {
        text:
          "Repair what sends the events, or accept the finding if it is no trouble. No model is trained on it meanwhile.",
      };
    case "cycle failed":
      return {
        text: "Read why, mend it, then force a cycle. What serves goes on serving.",
        ...typeof id === "string" ? { href: `/cycles/${id}`, link: "The cycle" } : {
          href: `/cycles${ofModel}`,
          link: "Cycles",
        },
      };
    case "rollback":
    case "rollout":
      return {
        text: "The earlier version serves. Look at what the new one did worse before another is let on.",
        href: "/rollouts",
        link: "Rollouts",
      };
    case "approval":
      return {
        text: "Approve or reject: nothing of it serves before.",
        href: "/rollouts#approvals",
        link: "Approvals",
      };
    case "damaged":
      return {
        text: "Bring the file back from a backup, or let another version serve: this one cannot be loaded.",
        href: `/versions${model ? `#${model}` : ""}`,
        link: "Versions",
      };
    case "stalled worker":
      return {
        text: "Start a worker (perennial worker, or up), and read its log. What serves goes on serving.",
      };
    case "audit":
      return {
        text: "Compare it with the log and the webhook: perennial audit verify.",
        href: "/audit",
        link: "Audit",
      };
    case "undelivered change":
      return { text: "See whether Temporal runs; what was asked for is sent as soon as it answers." };
    case "missed check":
      return { text: "See whether Temporal and a worker run; the check is made up for once they do." };
    case "lost workflow":
      return { text: "See whether Temporal answers; what was lost is begun again every minute." };
    case "missing model":
      return {
        text: "Put the file back and start again, or retire the model.",
        href: "/versions#out-of-use",
        link: "Models",
      };
    case "server restarted":
      return { text: "See the end of its log in the installation's folder, and the room on its disk." };
    case "model":
      return { text: "Look at the model's cycles.", href: `/cycles${ofModel}`, link: "Cycles" };
    default:
      return kind satisfies never;
  }
}

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
    ? "not tried yet"
    : `tried ${attempts === 1 ? "once" : `${attempts} times`}, goes on`;
  return `${channel}, ${event}: ${state}${!deliveredAt && lastError ? ` (${lastError})` : ""}`;
}
