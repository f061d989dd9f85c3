import { DAY_MS } from "../core/time.ts";
import { twoSidedT } from "../stats/critical.ts";
import type { PerformanceReport } from "./report.ts";

/** The loss that one look measured. */
export interface PastLoss {
  readonly asOfMs: number;
  readonly loss: number;
  readonly rows: number;
}

/** Three points always lie nearly on a line. */
const POINTS_MIN = 4;
/** Nobody acts on what happens in ten years. */
const DAYS_MAX = 3650;

/**
 * When the loss crosses a threshold, if it goes on as over the past looks: a least-squares line through points that are
 * at least `spacingDays` apart (so that they share no outcomes), weighed by rows, with the t interval of the line.
 * `low`: first day on which the upper end of that interval reaches the threshold; `high`: first day on which the lower
 * end does. Days count from the newest point.
 * @returns null with fewer than four such points
 */
export function forecast(
  points: readonly PastLoss[],
  { metric, threshold, spacingDays, confidence }: {
    metric: string;
    threshold: number;
    spacingDays: number;
    confidence: number;
  },
): PerformanceReport["forecast"] {
  const apart = spaced(points, spacingDays * DAY_MS);
  if (apart.length < POINTS_MIN) return null;
  const nowMs = apart[0].asOfMs;
  const line = fitLine(
    apart.map(({ asOfMs, loss, rows }) => ({ x: (asOfMs - nowMs) / DAY_MS, y: loss, w: rows })),
  );
  const t = twoSidedT(confidence, apart.length - 2);
  return {
    metric,
    perDay: line.slope,
    threshold,
    daysLeft: firstDay((day) => line.at(day) >= threshold),
    low: firstDay((day) => line.at(day) + t * line.error(day) >= threshold),
    high: firstDay((day) => line.at(day) - t * line.error(day) >= threshold),
    points: apart.length,
  };
}

/** The newest point, the next that is far enough before it, and so on; newest first. */
function spaced(points: readonly PastLoss[], spacingMs: number): PastLoss[] {
  const spacedLosses: PastLoss[] = [];
  for (const point of [...points].sort((a, b) => b.asOfMs - a.asOfMs)) {
    const last = spacedLosses.at(-1);
    if (!last || last.asOfMs - point.asOfMs >= spacingMs) spacedLosses.push(point);
  }
  return spacedLosses;
}

/** Weighted least squares; the error at `x` is `s sqrt(1 / W + (x - mean)^2 / Sxx)`. */
function fitLine(points: readonly { x: number; y: number; w: number }[]) {
  const sum = (term: (p: { x: number; y: number; w: number }) => number) =>
    points.reduce((s, p) => s + term(p), 0);
  const W = sum((p) => p.w);
  const meanX = sum((p) => p.w * p.x) / W;
  const meanY = sum((p) => p.w * p.y) / W;
  const Sxx = sum((p) => p.w * (p.x - meanX) ** 2);
  const slope = sum((p) => p.w * (p.x - meanX) * (p.y - meanY)) / Sxx;
  const lineAt = (x: number) => meanY + slope * (x - meanX);
  const s2 = sum((p) => p.w * (p.y - lineAt(p.x)) ** 2) / (points.length - 2);
  return { slope, at: lineAt, error: (x: number) => Math.sqrt(s2 * (1 / W + (x - meanX) ** 2 / Sxx)) };
}

function firstDay(reached: (day: number) => boolean): number | null {
  for (let day = 0; day <= DAYS_MAX; day++) if (reached(day)) return day;
  return null;
}
