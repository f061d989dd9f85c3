import type { Alert } from "../../src/alerts/alert.ts";
import type { Check } from "../../src/monitoring/check.ts";
import { Status, Time } from "./signs.tsx";
import { answerSign, evidenceText } from "./words.ts";

/** What a person should know about, and its details in small print. */
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
              <Status sign={{ glyph: "watch", tone: "watch", word: alert.title }} />
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

const details = (detail: Record<string, unknown>): string =>
  Object.entries(detail).filter(([, value]) => value === null || typeof value !== "object")
    .map(([name, value]) => `${name}: ${evidenceText(value as string | number | boolean | null)}`).join(", ");

/** The latest answers of the trigger, with what they rest on. */
export function Journal({ checks }: { checks: readonly Check[] }) {
  return (
    <>
      <h2 id="journal-title">Latest checks</h2>
      {checks.length === 0 && <p>No checks yet.</p>}
      <ol class="journal">
        {checks.map((check) => (
          <li key={check.id}>
            <Time iso={check.checkedAt} as="moment" />
            <span>
              {check.model}: <Status sign={answerSign(check.answer)} />
              <small>
                {check.reasons.find((r) => r.speaks !== "neither")?.text}
              </small>
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
