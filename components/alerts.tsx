import type { Alert } from "../src/alerts/alert.ts";
import type { Check } from "../src/retraining/check.ts";
import { StatusBadge, Time } from "./status_badge.tsx";
import { moment } from "../src/format/times.ts";
import { alertBadge, answerBadge, evidenceText, mainReason } from "./labels.ts";

/** Lists alerts, with their details in small print. */
export function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0) {
    return (
      <>
        <h2 id="alerts-title">No open alerts</h2>
        <p>An alert opens by itself when something needs a person, and closes when its cause is gone.</p>
      </>
    );
  }
  return (
    <table class="records">
      <caption>
        <h2 id="alerts-title">
          Open alerts <small>Newest first. An alert closes by itself when its cause is gone.</small>
        </h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Model</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.id}>
            <th scope="row">
              <StatusBadge badge={alertBadge(alert)} />
              <small>{standing(alert)}</small>
              <small>{details(alert.detail)}</small>
            </th>
            <td data-label="Model">{alert.model ?? "all"}</td>
            <td data-label="Since">
              <Time iso={alert.openedAt} as="moment" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Its number, by which it is acknowledged, and what became of it since it opened. */
const standing = ({ id, severity, escalatedAt, acknowledgedBy, acknowledgedWhy }: Alert): string =>
  [
    `alert ${id}, ${severity}`,
    ...escalatedAt ? [`escalated ${moment(escalatedAt, "moment")}`] : [],
    ...acknowledgedBy
      ? [`acknowledged by ${acknowledgedBy}${acknowledgedWhy ? `: ${acknowledgedWhy}` : ""}`]
      : [],
  ].join("; ");

/** Shows the evidence of an alert, in small print. */
export const details = (detail: Record<string, unknown>): string =>
  Object.entries(detail).filter(([, value]) => value === null || typeof value !== "object")
    .map(([name, value]) => `${name}: ${detailText(name, value as Parameters<typeof evidenceText>[0])}`)
    .join(", ");

const detailText: (name: string, value: Parameters<typeof evidenceText>[0]) => string = (name, value) => {
  if (name === "p" && typeof value === "number" && value < 0.001) return "below 0.001";
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
  return isTime ? moment(value, "moment") : evidenceText(value);
};

/** The latest answers of the trigger, with what they rest on. */
export function Journal({ checks }: { checks: readonly Check[] }) {
  return (
    <>
      <h2 id="journal-title">
        Latest checks {checks.length > 0 && (
          <small>
            <a href="/checks" aria-current="false">all</a>
          </small>
        )}
      </h2>
      {checks.length === 0 && <p>No checks yet.</p>}
      <ol class="journal">
        {checks.map((check) => (
          <li key={check.id}>
            <Time iso={check.checkedAt} as="moment" />
            <span>
              <a href={`/checks/${check.id}`} aria-current="false">{check.model}</a>:{" "}
              <StatusBadge badge={answerBadge(check.answer)} />
              <small>
                {mainReason(check)?.text}
              </small>
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
