import type { Finding } from "../monitoring/quality_report.ts";

/** Whether rows over a stretch of time rest on data that are broken and that nobody accepted. @param toMs not within it any more */
export const isAffected = (
  findings: readonly Finding[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): boolean =>
  findings.some(({ means, accepted, from, to }) =>
    means === "broken" && !accepted && Date.parse(from) < toMs && Date.parse(to) > fromMs
  );
