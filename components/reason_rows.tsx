import type { Reason } from "../src/retraining/check.ts";
import { evidenceText, SPEAKS } from "./labels.ts";
import { StatusBadge } from "./status_badge.tsx";

/** The head and rows of a table of reasons: what each found, and on which numbers it rests. */
export function ReasonRows({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <>
      <thead>
        <tr>
          <th scope="col">Criterion</th>
          <th scope="col">Finding</th>
          <th scope="col">Evidence</th>
          <th scope="col">Effect</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map((reason) => (
          <tr key={reason.code}>
            <th scope="row">{reason.code}</th>
            <td data-label="Finding">{reason.text}</td>
            <td data-label="Evidence">
              <small>{listed(reason.evidence)}</small>
            </td>
            <td data-label="Effect">
              <StatusBadge badge={SPEAKS[reason.speaks]} />
            </td>
          </tr>
        ))}
      </tbody>
    </>
  );
}

/** camelCase names as words, each with its value */
const listed = (evidence: Reason["evidence"]): string =>
  Object.entries(evidence)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)} ${evidenceText(value)}`)
    .join(", ");
