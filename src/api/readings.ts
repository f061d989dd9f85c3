import type { DatabaseState } from "../app/database_watch.ts";
import type { DiskRoom, Operations } from "../app/reports/operations.ts";
import type { Reading, Sample } from "../telemetry/gauges.ts";
import type { QueueState } from "../temporal/control.ts";

const one = (name: string, help: string, value: number): Reading => ({ name, help, samples: [{ value }] });

const byName = (label: string, counts: readonly { name: string; n: number }[]): Sample[] =>
  counts.map(({ name, n }) => ({ labels: { [label]: name }, value: n }));

type Model = Operations["models"][number];

/** Returns the metrics that stand in the database; ages are as of `nowMs`. */
export function operationReadings(operations: Operations, nowMs: number): Reading[] {
  const { queues, connections, alerts, cycles } = operations;
  return [
    ...modelReadings(operations.models, nowMs),
    {
      name: "perennial_cycles_ended",
      help: "Retraining cycles that have ended, by outcome",
      samples: cycles.map(({ model, name, n }) => ({ labels: { model, outcome: name }, value: n })),
    },
    {
      name: "perennial_postgres_connections",
      help: "Connections to the database, by what they do",
      samples: byName("state", connections),
    },
    { name: "perennial_alerts_open", help: "Open alerts", samples: byName("severity", alerts) },
    one("perennial_quarantined_events", "Events that wait in quarantine", queues.quarantined),
    one(
      "perennial_changes_unsent",
      "Changes written down and not yet told to a workflow",
      queues.changesUnsent,
    ),
    one("perennial_deliveries_unsent", "Messages about alerts that wait to be sent", queues.deliveriesUnsent),
    one("perennial_workers_alive", "Workers that were seen within a minute", queues.workersAlive),
    one("perennial_events", "Events that are stored", queues.events),
    one("perennial_database_bytes", "Size of the database", queues.databaseBytes),
  ];
}

/** What is told of each model, and null where there is nothing to tell. */
const OF_MODELS: readonly [
  name: string,
  help: string,
  value: (model: Model, nowMs: number) => number | null,
][] = [
  ["training_age_seconds", "Time since the newest version was made", (m, now) => ageOf(m.trainedAt, now)],
  ["check_age_seconds", "Time since the last check", (m, now) => ageOf(m.checkedAt, now)],
  ["check_overdue_seconds", "Time by which the next check is late", (m, now) => overdue(m, now)],
  ["serving_age_seconds", "Time since what serves last changed", (m, now) => ageOf(m.servingSince, now)],
  ["cycle_age_seconds", "How long the running cycle has run", (m, now) => ageOf(m.cycleStartedAt, now) ?? 0],
  [
    "rollout_paused_seconds",
    "How long the running rollout has been paused; 0: none is",
    (m, now) => ageOf(m.rolloutPausedAt, now) ?? 0,
  ],
  ["retrainer_active", "Whether people want automatic checks", (m) => Number(m.active)],
  ["outcomes_pending", "Predictions whose outcome is not known yet", (m) => m.outcomesPending],
  ["trainings_in_quarter", "Versions made within 91 days", (m) => m.trainings],
  ["training_budget", "Trainings a quarter that are allowed, where that is set", (m) => m.trainingBudget],
];

function modelReadings(models: readonly Model[], nowMs: number): Reading[] {
  return OF_MODELS.map(([name, help, valueOf]) => ({
    name: `perennial_model_${name}`,
    help,
    samples: models.flatMap((model) => {
      const value = valueOf(model, nowMs);
      return value === null ? [] : [{ labels: { model: model.model }, value }];
    }),
  }));
}

const ageOf = (at: string | null, nowMs: number) => at === null ? null : (nowMs - Date.parse(at)) / 1000;

const overdue = ({ active, nextCheckAt, cycleStartedAt }: Model, nowMs: number) =>
  active && cycleStartedAt === null ? Math.max(0, ageOf(nextCheckAt, nowMs) ?? 0) : 0;

/** Returns the metrics of what an installation needs: its servers, its queue and its disks. */
export function surroundingReadings(
  { postgres, queues, disks, memoryBytes }: {
    postgres: DatabaseState;
    /** null: Temporal does not answer */
    queues: readonly QueueState[] | null;
    disks: readonly DiskRoom[];
    memoryBytes: number;
  },
): Reading[] {
  const ofQueues = (valueOf: (state: QueueState) => number) =>
    (queues ?? []).map((state) => ({
      labels: { queue: state.queue, kind: state.tasks },
      value: valueOf(state),
    }));
  return [
    one("process_resident_memory_bytes", "Memory of this process", memoryBytes),
    one("perennial_postgres_up", "Whether Postgres answers and takes changes", Number(postgres === "ok")),
    one("perennial_temporal_up", "Whether Temporal answers", Number(queues !== null)),
    {
      name: "perennial_task_queue_backlog",
      help: "Tasks that wait for a worker, by the queue of their kind of work",
      samples: ofQueues(({ waiting }) => waiting),
    },
    {
      name: "perennial_task_queue_pollers",
      help: "Workers that ask for tasks of a queue",
      samples: ofQueues(({ pollers }) => pollers),
    },
    {
      name: "perennial_disk_free_bytes",
      help: "Room on the disk of a folder",
      samples: disks.map(({ folder, freeBytes }) => ({ labels: { folder }, value: freeBytes })),
    },
    {
      name: "perennial_disk_total_bytes",
      help: "Size of the disk of a folder",
      samples: disks.map(({ folder, totalBytes }) => ({ labels: { folder }, value: totalBytes })),
    },
  ];
}
