import type { Approval } from "../../../src/db/rollouts/approvals.ts";
import { Offers } from "../../../components/act.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { Time } from "../../../components/status_badge.tsx";

/** Validated versions that wait for a person. */
export function ApprovalTable(
  { approvals, person }: { approvals: readonly Approval[]; person: Person | null },
) {
  return (
    <table class="records">
      <caption>
        <h2 id="approvals">
          Waiting for approval <small>Without a decision by then it is not deployed.</small>
        </h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Request</th>
          <th scope="col">Until</th>
          <th scope="col">Decision</th>
        </tr>
      </thead>
      <tbody>
        {approvals.map(({ cycleId, model, version, text, expiresAt }) => (
          <tr key={cycleId}>
            <th scope="row">
              <a href={`/cycles/${cycleId}`}>{model} v{version}</a>
            </th>
            <td data-label="Request">{text}</td>
            <td data-label="Until">
              <Time iso={expiresAt} as="moment" />
            </td>
            <td data-label="Decision">
              <Offers
                person={person}
                here="/rollouts"
                offers={[
                  { action: "approve", model, version, text: `Approve v${version}` },
                  { action: "reject", model, version, text: `Reject v${version}` },
                ]}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
