import type { PerformanceReport } from "../../../src/performance/report.ts";
import { count } from "../../../src/format/numbers.ts";
import { StatusBadge, Time } from "../../../components/status_badge.tsx";
import type { Badge } from "../../../components/labels.ts";

const QUIET: Badge = { glyph: "good", tone: "good", word: "No alarm" };
const SPOKE: Badge = { glyph: "watch", tone: "watch", word: "Alarm" };
const MAY_CRY: Badge = { glyph: "unknown", tone: "unknown", word: "Alarm" };
const WAITS: Badge = { glyph: "unknown", tone: "unknown", word: "Not enough data" };

/** Detectors that read a version's errors one by one, as their outcomes come in. */
export function StreamsTable({ report: { streams, version } }: { report: PerformanceReport }) {
  if (streams.length === 0) {
    return <p>No errors of v{version} yet: none of its outcomes are known.</p>;
  }
  return (
    <table class="records">
      <thead>
        <tr>
          <th scope="col">Detector</th>
          <th scope="col">Status</th>
          <th scope="col" class="num">Errors processed</th>
          <th scope="col" class="num">Alarms</th>
          <th scope="col">Last alarm</th>
          <th scope="col">Used for alerts</th>
        </tr>
      </thead>
      <tbody>
        {streams.map(({ detector, seen, alarms, lastAlarm, budgeted }) => (
          <tr key={detector}>
            <th scope="row">
              <code>{detector}</code>
            </th>
            <td data-label="Status">
              <StatusBadge badge={seen === 0 ? WAITS : alarms === 0 ? QUIET : budgeted ? SPOKE : MAY_CRY} />
            </td>
            <td data-label="Errors processed" class="num">{count(seen)}</td>
            <td data-label="Alarms" class="num">{count(alarms)}</td>
            <td data-label="Last alarm">{lastAlarm ? <Time iso={lastAlarm} as="day" /> : "none"}</td>
            <td data-label="Used for alerts">
              {budgeted ? "yes, within the false-alarm budget" : "informational, not used for alerts"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
