import type { Alert } from "../src/alerts/alert.ts";
import type { Check } from "../src/retraining/check.ts";
import { ActButton } from "./act.tsx";
import { adviceOn } from "./alert_advice.ts";
import type { Person } from "../src/dashboard/session.ts";
import { StatusBadge, Time } from "./status_badge.tsx";
import { spaced } from "../src/format/record_words.ts";
import { moment } from "../src/format/times.ts";
import { alertBadge, answerBadge, evidenceText, mainReason } from "./labels.ts";

/** The links of an advice, one after the other. */
export const AdviceLinks = ({ links }: { links: ReturnType<typeof adviceOn>["links"] }) => (
  <>
    {links.map(({ href, link }, i) => [i > 0 ? ", " : "", <a key={href} href={href}>{link}</a>])}
  </>
);

/** The way to acknowledge an alert, for who has signed in; nothing once somebody has. */
export function Acknowledge({ alert, person }: { alert: Alert; person: Person | null }) {
  if (!person || alert.acknowledgedAt !== null) return null;
  return (
    <p>
      <ActButton
        person={person}
        href={`/act/acknowledge?alert=${alert.id}`}
        label={`Acknowledge alert ${alert.id}`}
      >
        Acknowledge
      </ActButton>
    </p>
  );
}

/** Lists alerts, with what to do about each. */
export function Alerts({ alerts, person }: { alerts: readonly Alert[]; person: Person | null }) {
  if (alerts.length === 0) {
    return (
      <>
        <h2 id="alerts-title">No open alerts</h2>
        <p>Alerts open when something needs attention, and close when the cause is gone.</p>
      </>
    );
  }
  return (
    <table class="records">
      <caption>
        <h2 id="alerts-title">
          Open alerts <small>Newest first. An alert closes when its cause is gone.</small>
        </h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Alert</th>
          <th scope="col">Model</th>
          <th scope="col">Since</th>
          <th scope="col">What to do</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.id}>
            <th scope="row">
              <StatusBadge badge={alertBadge(alert)} />
              <small>{stateText(alert)}</small>
              <small>{details(alert.detail)}</small>
            </th>
            <td data-label="Model">{alert.model ?? "all"}</td>
            <td data-label="Since">
              <Time iso={alert.openedAt} as="moment" />
            </td>
            <td data-label="What to do">
              <AdviceLinks links={adviceOn(alert).links} />
              <Acknowledge alert={alert} person={person} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Its number, by which it is acknowledged, and what became of it since it opened. */
const stateText = ({ id, severity, escalatedAt, acknowledgedBy, acknowledgedWhy }: Alert): string =>
  [
    `alert ${id}, ${severity}`,
    ...escalatedAt ? [`escalated ${moment(escalatedAt, "moment")}`] : [],
    ...acknowledgedBy
      ? [`acknowledged by ${acknowledgedBy}${acknowledgedWhy ? `: ${acknowledgedWhy}` : ""}`]
      : [],
  ].join("; ");

/** Details that an alert's title and links tell already. */
const TOLD_ELSEWHERE = new Set(["why", "cycleId", "rollout", "version", "previous", "champion"]);

/** Shows the evidence of an alert, in small print. */
export const details = (detail: Record<string, unknown>): string =>
  Object.entries(detail).filter(([name, value]) =>
    !TOLD_ELSEWHERE.has(name) && (value === null || typeof value !== "object")
  )
    .map(([name, value]) =>
      `${spaced(name)}: ${detailText(name, value as Parameters<typeof evidenceText>[0])}`
    )
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
            <a href="/checks" aria-current="false">All checks</a>
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
                as of {moment(check.asOf, "day")}: {mainReason(check)?.text ?? "no reason stored"}
              </small>
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
