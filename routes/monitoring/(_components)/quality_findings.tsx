import type { Finding } from "../../../src/quality/report.ts";
import type { MonitoringView } from "../../../src/dashboard/reads/monitoring.ts";
import { ActButton } from "../../../components/act.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { chance, findingBadge } from "./monitoring_labels.ts";
import { count, counted, percent } from "../../../src/format/numbers.ts";
import { StatusBadge, Time } from "../../../components/status_badge.tsx";

interface Props {
  quality: MonitoringView["quality"];
  person: Person | null;
}

/** Lists what changed in the events: the newest look, and what earlier ones hold back. */
export function QualityFindings({ quality: { report, waiting, withheld, accepted }, person }: Props) {
  if (!report) {
    return (
      <>
        <h2 id="quality">Data quality</h2>
        <p>{waiting}</p>
      </>
    );
  }
  const findings = [...report.findings, ...withheld];
  const explanation = (
    <small>
      {counted(report.events, "event")} since <Time iso={report.from} as="day" />, compared with{" "}
      {counted(report.days, "day")} of history. As of{" "}
      <Time iso={report.asOf} as="day" />. False-alarm probability of this evaluation:{" "}
      {percent(report.alpha)}.
    </small>
  );
  if (findings.length === 0) {
    return (
      <>
        <h2 id="quality">
          {report.events === 0 ? "No events yet" : "No data-quality findings"} {explanation}
        </h2>
        <p>{report.text}.</p>
      </>
    );
  }
  return (
    <table class="records">
      <caption>
        <h2 id="quality">
          {counted(findings.length, "finding")} in the events {explanation}
        </h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Finding</th>
          <th scope="col">Where</th>
          <th scope="col" class="num">Rows</th>
          <th scope="col" class="num">Share</th>
          <th scope="col">First seen</th>
          <th scope="col">Evidence</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {findings.map((finding) => (
          <Row
            key={finding.key}
            finding={finding}
            accepted={accepted.find(({ key }) => key === finding.key)}
            person={person}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row(
  { finding, accepted, person }: {
    finding: Finding;
    accepted: MonitoringView["quality"]["accepted"][number] | undefined;
    person: Person | null;
  },
) {
  const { key, kind, subject, rows, share, firstSeen, p, text } = finding;
  const open = !finding.accepted && !accepted;
  return (
    <tr>
      <th scope="row">{kind}</th>
      <td data-label="Where">
        <code>{subject}</code>
      </td>
      <td data-label="Rows" class="num">{count(rows)}</td>
      <td data-label="Share" class="num">{percent(share)}</td>
      <td data-label="First seen">
        <Time iso={firstSeen} as="day" />
      </td>
      <td data-label="Evidence">
        {text} <small>{p === null ? "observed directly, no test" : chance(p)}</small>
      </td>
      <td data-label="Status">
        <span class="unbroken">
          <StatusBadge badge={findingBadge({ ...finding, accepted: !open })} />
        </span>{" "}
        {accepted && <small>by {accepted.by}: {accepted.why}</small>}
        {open && person && (
          <ActButton person={person} href={`/act/accept?${new URLSearchParams({ key })}`}>Accept</ActButton>
        )}
      </td>
    </tr>
  );
}
