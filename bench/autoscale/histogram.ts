/** The times of answers, as a scrape tells them. */
import type { Reading } from "./scaler.ts";

const BUCKET = /^perennial_http_request_duration_seconds_bucket\{(.*)\} (\S+)$/gm;

/** Returns how many answers took at most so many seconds, over all routes but the scrape's own. */
export function bucketsOf(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [, labels, count] of text.matchAll(BUCKET)) {
    if (labels.includes('route="/metrics"')) continue;
    const [, le] = /le="([^"]+)"/.exec(labels) ?? [];
    const seconds = le === "+Inf" ? Infinity : Number(le);
    counts.set(seconds, (counts.get(seconds) ?? 0) + Number(count));
  }
  return counts;
}

/** As `histogram_quantile()` of Prometheus, over what came since `before`; null: nothing did. */
export function quantileOf(now: Map<number, number>, before: Map<number, number>, q: number): Reading {
  const steps = [...now].map(([le, count]) => [le, count - (before.get(le) ?? 0)] as const).sort(([a], [b]) =>
    a - b
  );
  const total = steps.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  const i = steps.findIndex(([, count]) => count >= rank);
  const [le, count] = steps[i];
  const [low, below] = i === 0 ? [0, 0] : steps[i - 1];
  return le === Infinity ? low : low + (le - low) * (rank - below) / (count - below);
}
