/** What the scalers read: the backlog of a task queue, processor time, and the time that answers take. */
import type { Client } from "@temporalio/client";
import { bucketsOf, quantileOf } from "./histogram.ts";
import type { Metric, Reading } from "./scaler.ts";
import { type Pods, processorSeconds } from "./pods.ts";

/** The numbers of Temporal's own enum. */
const TASK_QUEUE_TYPES: Readonly<Record<string, number>> = { workflow: 1, activity: 2 };
const NORMAL = 1;

/** Reads the metrics of one Deployment; a rate needs the reading before it. */
export function createReader(
  pods: Pods,
  { client, namespace, apiKey }: { client: Client; namespace: string; apiKey: string },
) {
  let before: { atMs: number; seconds: Map<number, number> } | null = null;
  const buckets = new Map<number, Map<number, number>>();

  async function cpuPercent(): Promise<Reading> {
    const pids = pods.ready().map(({ pid }) => pid);
    if (pids.length === 0) return null;
    const now = { atMs: performance.now(), seconds: await processorSeconds(pids) };
    const last = before;
    before = now;
    if (last === null) return null;
    const known = pids.filter((pid) => last.seconds.has(pid) && now.seconds.has(pid));
    if (known.length === 0) return null;
    const used = known.reduce((sum, pid) => sum + now.seconds.get(pid)! - last.seconds.get(pid)!, 0);
    const elapsed = (now.atMs - last.atMs) / 1000;
    return 100 * used / elapsed / known.length / pods.workload.cores;
  }

  const scraped = (url: string): Promise<string> =>
    fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${apiKey}` } }).then((answer) =>
      answer.text()
    );

  async function p95Seconds(): Promise<Reading> {
    const values: number[] = [];
    for (const { url, pid } of pods.ready()) {
      const text = await scraped(url).catch(() => scraped(url)).catch(() => null); // a connection kept may end just now
      if (text === null) continue;
      const now = bucketsOf(text);
      const value = quantileOf(now, buckets.get(pid) ?? new Map(), 0.95);
      buckets.set(pid, now);
      if (value !== null) values.push(value);
    }
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  async function backlog({ taskQueue, types }: Metric & { kind: "backlog" }): Promise<Reading> {
    const counts = await Promise.all(types.map(async (type) => {
      const { stats } = await client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue, kind: NORMAL },
        taskQueueType: TASK_QUEUE_TYPES[type],
        reportStats: true,
      });
      return Number(stats?.approximateBacklogCount ?? 0);
    }));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  return (metric: Metric): Promise<Reading> => {
    if (metric.kind === "cpu") return cpuPercent();
    return metric.kind === "latency" ? p95Seconds() : backlog(metric);
  };
}
