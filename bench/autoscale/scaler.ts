/** How a HorizontalPodAutoscaler decides, with and without KEDA before it: numbers in, a number of replicas out. */

/** A metric of a specification, and what is to be kept. */
export type Metric =
  | { kind: "cpu"; percent: number }
  | { kind: "latency"; seconds: number }
  | { kind: "backlog"; taskQueue: string; types: readonly string[]; each: number };

interface Policy {
  type: "Percent" | "Pods";
  value: number;
  periodSeconds: number;
}

export interface Direction {
  stabilizationWindowSeconds: number;
  policies: readonly Policy[];
}

/** What a HorizontalPodAutoscaler or a ScaledObject says. */
export interface ScalerSpec {
  name: string;
  min: number;
  max: number;
  metrics: readonly Metric[];
  up: Direction;
  down: Direction;
}

/** What was read of a metric: the mean over the pods, and for a backlog the whole of it. null: nothing can be said yet. */
export type Reading = number | null;

/** What a scaler remembers: what was wanted, and what was changed. Moments in ms. */
export interface ScalerMemory {
  wanted: readonly { atMs: number; replicas: number }[];
  changes: readonly { atMs: number; by: number }[];
}

export const EMPTY: ScalerMemory = { wanted: [], changes: [] };

/** A metric this near to its target moves nothing: the controller's own default. */
const TOLERANCE = 0.1;

/**
 * Decides as the controller of HorizontalPodAutoscalers does: the largest of what each metric asks for, held back by the
 * stabilization windows and by what may change within a period.
 * @param readings one for each metric of the specification
 * Source: Kubernetes, "Horizontal Pod Autoscaling", algorithm details and configurable scaling behavior.
 */
export function decide(
  spec: ScalerSpec,
  { current, readings, memory, nowMs }: {
    current: number;
    readings: readonly Reading[];
    memory: ScalerMemory;
    nowMs: number;
  },
): { replicas: number; memory: ScalerMemory } {
  const asked = spec.metrics.map((metric, i) => askedBy(metric, readings[i], current));
  const wanted = clamp(Math.max(...asked), spec.min, spec.max);
  const longest = Math.max(spec.up.stabilizationWindowSeconds, spec.down.stabilizationWindowSeconds);
  const remembered = [...memory.wanted, { atMs: nowMs, replicas: wanted }]
    .filter(({ atMs }) => nowMs - atMs <= longest * 1000);
  const replicas = clamp(
    stabilized(spec, current, remembered, nowMs),
    ...limits(spec, current, memory, nowMs),
  );
  const changes = replicas === current
    ? memory.changes
    : [...memory.changes, { atMs: nowMs, by: replicas - current }];
  return { replicas, memory: { wanted: remembered, changes } };
}

/** Returns how many replicas a metric asks for; one that cannot be read asks for no change. */
function askedBy(metric: Metric, reading: Reading, current: number): number {
  if (reading === null) return current;
  if (metric.kind === "backlog") {
    const ratio = reading / (metric.each * current);
    return Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(reading / metric.each);
  }
  const ratio = reading / (metric.kind === "cpu" ? metric.percent : metric.seconds);
  return Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(current * ratio);
}

/** Goes down only to the most, and up only to the least, that was wanted within the window. */
function stabilized(
  { up, down }: ScalerSpec,
  current: number,
  wanted: readonly { atMs: number; replicas: number }[],
  nowMs: number,
): number {
  const within = ({ stabilizationWindowSeconds }: Direction) =>
    wanted.filter(({ atMs }) => nowMs - atMs <= stabilizationWindowSeconds * 1000).map(({ replicas }) =>
      replicas
    );
  const least = Math.min(...within(up));
  const most = Math.max(...within(down));
  if (current < least) return least;
  return current > most ? most : current;
}

/** Returns the fewest and the most replicas that the policies allow now. */
function limits(
  { up, down, min, max }: ScalerSpec,
  current: number,
  { changes }: ScalerMemory,
  nowMs: number,
): [number, number] {
  const changed = (seconds: number, sign: 1 | -1) =>
    changes.filter(({ atMs, by }) => nowMs - atMs < seconds * 1000 && Math.sign(by) === sign)
      .reduce((sum, { by }) => sum + by, 0);
  const most = up.policies.map(({ type, value, periodSeconds }) => {
    const before = current - changed(periodSeconds, 1);
    return type === "Pods" ? before + value : Math.ceil(before * (1 + value / 100));
  });
  const fewest = down.policies.map(({ type, value, periodSeconds }) => {
    const before = current - changed(periodSeconds, -1);
    return type === "Pods" ? before - value : Math.floor(before * (1 - value / 100));
  });
  return [
    Math.max(min, Math.min(current, ...fewest)),
    Math.min(max, Math.max(current, ...most)),
  ];
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
