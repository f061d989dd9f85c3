import type { Finding, QualityKind } from "./report.ts";

/**
 * Weighs what is lost or blurred by how long it lasted; what is false (a price in cents, a flood of copies) counts at
 * once.
 */
const COUNTS_BY_TIME: ReadonlySet<QualityKind> = new Set<QualityKind>([
  "missing",
  "wrong type",
  "late",
  "out of order",
  "volume too low",
  "stalled source",
  "lost event type",
  "clock shift",
  "broken funnel",
]);
/** A day without events changes what a shopper did in four weeks by a twenty-eighth: below this share it is left in. */
const SHARE_MIN = 0.1;

/** Whether rows over a stretch of time rest on data that are broken and that nobody accepted. @param toMs not within it any more */
export const isAffected = (
  findings: readonly Finding[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): boolean =>
  findings.some(({ means, accepted, kind, from, to }) => {
    if (means !== "broken" || accepted) return false;
    const overlapMs = Math.min(Date.parse(to), toMs) - Math.max(Date.parse(from), fromMs);
    return overlapMs > 0 && (!COUNTS_BY_TIME.has(kind) || overlapMs >= SHARE_MIN * (toMs - fromMs));
  });
