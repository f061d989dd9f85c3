import { whole } from "../shared/figures.ts";
import type { Report } from "../shared/report.ts";
import type { LoadCounts, Wanted } from "./load.ts";
import type { Reading } from "./scaler.ts";
import type { Workload } from "./specs.ts";

/** What was there at one look. */
export interface Sample {
  seconds: number;
  phase: string;
  /** forced cycles that have not ended */
  underWay: number;
  /** by scaler, in the order of its metrics */
  readings: Readonly<Record<string, readonly Reading[]>>;
  replicas: Readonly<Record<string, number>>;
  /** of these, how many answer that they are ready */
  ready: Readonly<Record<string, number>>;
}

interface Found {
  samples: readonly Sample[];
  settled: boolean;
  counts: LoadCounts;
  cycles: readonly { id: string; outcome: string | null; trigger: string }[];
  /** activities that ran more than once */
  again: number;
  exits: readonly { name: string; code: number; seconds: number }[];
  workloads: readonly Workload[];
  models: number;
  phases: readonly ({ name: string; seconds: number } & Wanted)[];
}

const ENDED_WELL = ["deployed", "rolling out", "rejected", "inconclusive"];

/** @throws {Error} a cycle was lost: then there is nothing to report */
export function reportOf(found: Found): Report {
  const { samples, settled, counts, cycles, again, exits, workloads, models, phases } = found;
  const lost = cycles.filter(({ outcome }) => !ENDED_WELL.includes(outcome ?? ""));
  if (lost.length > 0) throw new Error(`Cycles were lost: ${JSON.stringify(lost)}`);
  const forced = cycles.filter(({ trigger }) => trigger === "force").length;
  if (forced !== counts.forced) throw new Error(`${counts.forced} cycles were forced, ${forced} ran`);
  const slowest = Math.max(0, ...exits.map(({ seconds }) => seconds));
  return {
    name: "autoscale",
    title: "Autoscaling: the chart's own specifications, real processes",
    method: [
      `The HPA and the KEDA ScaledObjects that Helm renders (${
        workloads.map(({ name }) => name).join(", ")
      }) are read`,
      "by a stand-in for the cluster's control loop, which looks every 5 s at the backlog that Temporal reports of each",
      "task queue, at the processor time of each API and at the p95 of its answers, decides as Kubernetes documents it,",
      "and starts processes or ends them by SIGTERM, the oldest first, each after its preStop.",
      `${models} models of the bundled shop are forced over and over, so many at once as the phase says, and predictions`,
      `are asked at its rate: ${
        phases.map(({ name, seconds, cycles, predictionsPerSecond }) =>
          `${name} ${seconds} s (${Math.min(cycles, models)} cycles, ${predictionsPerSecond}/s)`
        ).join(", ")
      }, then falling to 3 cycles and 5/s until all is at its least.`,
    ].join(" "),
    tables: [timeline(samples, workloads), outcomes(cycles)],
    notes: [
      `${settled ? "YES" : "NO"}: every Deployment came down to its least; at the end, ${
        samples.at(-1)?.seconds
      } s after the beginning, there were ${
        workloads.map(({ spec }) =>
          `${samples.at(-1)?.replicas[spec.name]} of ${spec.name} (least ${spec.min})`
        ).join(", ")
      }.`,
      `${counts.forced} cycles were forced and ${forced} of them ended, none failed, none lost; ${again} of their ` +
      "activities were begun by one worker and done by another.",
      `${exits.length} processes were ended, each with code ${
        [...new Set(exits.map(({ code }) => code))].join(", ")
      }; ` +
      `the slowest took ${slowest.toFixed(1)} s.`,
      `${whole(counts.answered)} predictions were answered, ${counts.refused} refused with 429 or 503, ` +
      `${counts.failed} failed.`,
      ...workloads.some(({ name }) => name.endsWith("-training")) ? [] : [
        "The ScaledObjects of features and training were left out: workers of this version serve one task queue.",
      ],
      "A backlog is what no worker has taken: as soon as there are enough of them it is 0, and the window of the " +
      "specification alone keeps them.",
    ],
    figures: { samples, counts, again, exits, outcomes: cycles },
  };
}

function timeline(samples: readonly Sample[], workloads: readonly Workload[]) {
  const shown = samples.filter((sample, i) => i % 3 === 0 || changed(samples[i - 1], sample));
  const columns = workloads.flatMap(({ spec }) => [...spec.metrics.map(({ kind }) => kind), spec.name]);
  return {
    title: "What was read, and how many processes it led to",
    head: ["second", "phase", "cycles under way", ...columns],
    rows: shown.map(({ seconds, phase, underWay, readings, replicas, ready }) => [
      String(seconds),
      phase,
      String(underWay),
      ...workloads.flatMap(({ spec }) => [
        ...spec.metrics.map(({ kind }, i) => readingText(kind, readings[spec.name][i])),
        ready[spec.name] === replicas[spec.name]
          ? String(replicas[spec.name])
          : `${replicas[spec.name]}, ${ready[spec.name]} ready`,
      ]),
    ]),
  };
}

const changed = (a: Sample | undefined, b: Sample) =>
  JSON.stringify(a?.replicas) !== JSON.stringify(b.replicas);

function readingText(kind: string, reading: Reading): string {
  if (reading === null) return "-";
  if (kind === "cpu") return `${reading.toFixed(0)} %`;
  return kind === "latency" ? `${(reading * 1000).toFixed(0)} ms` : String(reading);
}

function outcomes(cycles: Found["cycles"]) {
  const counts = Map.groupBy(cycles, ({ outcome }) => outcome ?? "");
  return {
    title: "How the cycles ended",
    head: ["outcome", "cycles"],
    rows: [...counts].map(([outcome, list]) => [outcome, String(list.length)]),
  };
}
