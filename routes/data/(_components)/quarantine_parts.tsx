import type { QuarantineReason, QuarantineRow } from "../../../src/db/events/quarantine.ts";
import { ActButton } from "../../../components/act.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { count, counted } from "../../../src/format/numbers.ts";
import { Time } from "../../../components/status_badge.tsx";

/** Why events wait, how many, since when, and the way to try them again. */
export function Reasons(
  { reasons, person }: { reasons: readonly QuarantineReason[]; person: Person | null },
) {
  if (reasons.length === 0) {
    return (
      <>
        <h2 id="quarantine">No invalid events</h2>
        <p>
          Invalid events are quarantined here with the reason, and not counted.
        </p>
      </>
    );
  }
  const waiting = reasons.reduce((sum, r) => sum + r.events, 0);
  return (
    <table class="records">
      <caption>
        <h2 id="quarantine">
          {counted(waiting, "event")} in quarantine{" "}
          <small>
            Stored with the reason, without the shopper's id, and not counted. Fix the cause, then retry:
            events that pass are accepted, the others stay.
          </small>
        </h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col" class="num">Waiting</th>
          <th scope="col">First</th>
          <th scope="col">Last</th>
          <th scope="col">Last retry</th>
          <th scope="col" class="num">Accepted since</th>
          <th scope="col">Action</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map((r) => (
          <tr key={r.reason}>
            <th scope="row">{r.reason}</th>
            <td data-label="Waiting" class="num">{count(r.events)}</td>
            <td data-label="First">{r.first ? <Time iso={r.first} as="moment" /> : "none"}</td>
            <td data-label="Last">{r.last ? <Time iso={r.last} as="moment" /> : "none"}</td>
            <td data-label="Last retry">{r.triedAt ? <Time iso={r.triedAt} as="moment" /> : "never"}</td>
            <td data-label="Accepted since" class="num">{count(r.replayed)}</td>
            <td data-label="Action">
              {r.events > 0 && person && (
                <ActButton person={person} href={`/act/replay?${new URLSearchParams({ reason: r.reason })}`}>
                  Retry
                </ActButton>
              )}
              {r.events > 0 && !person && <a href="/sign-in?to=%2Fdata">Sign in to act</a>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Samples of what waits: they say something about a person, so only who has signed in sees them. */
export function Samples({ rows, person }: { rows: readonly QuarantineRow[]; person: Person | null }) {
  if (!person) {
    return (
      <p>
        <a href="/sign-in?to=%2Fdata">Sign in</a> to see samples: they contain data about persons.
      </p>
    );
  }
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>The newest {counted(rows.length, "event")}, as stored</summary>
      <table class="records">
        <thead>
          <tr>
            <th scope="col" class="num">Number</th>
            <th scope="col">Quarantined</th>
            <th scope="col">From</th>
            <th scope="col">Reason</th>
            <th scope="col">Stored content</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row" class="num">{row.id}</th>
              <td data-label="Quarantined">
                <Time iso={row.receivedAt} as="moment" />
              </td>
              <td data-label="From">{row.source}</td>
              <td data-label="Reason">
                {row.reason}
                {row.firstReason && <small>, at first: {row.firstReason}</small>}
              </td>
              <td data-label="Stored content">
                <code>{JSON.stringify(row.body)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
