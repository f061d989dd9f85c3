import type { Finding, QualityReport } from "../quality/report.ts";

/** Returns the findings that need a person: broken, going on, and accepted by nobody. */
export const openFindings = (
  report: Pick<QualityReport, "findings"> | null,
  accepted: readonly { key: string }[] = [],
): Finding[] =>
  (report?.findings ?? []).filter((finding) =>
    finding.means === "broken" && finding.ongoing && !finding.accepted &&
    !accepted.some(({ key }) => key === finding.key)
  );
