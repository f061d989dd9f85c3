/** kill -9 of the worker before, during and after every activity, and what is true afterwards. */
import assert from "node:assert/strict";
import type { Service } from "../../../src/service.ts";
import { withSmallShop } from "../../e2e/small_shop.ts";
import { sharedInstallation } from "../../support/installation.ts";
import { connectChaos, type Fate, type Kill, listKills, planKills, type Point } from "./kills.ts";
import { live } from "./story.ts";
import { startDoomedWorkers } from "./workers.ts";

export interface MatrixRun {
  kills: Kill[];
  deaths: number;
  seconds: number;
}

/** Lives the story while workers die as planned, and checks what is left of it. */
export async function runMatrix(
  plan: ReadonlyMap<string, Point>,
  { backtests, fate, say = () => undefined }: {
    backtests: boolean;
    fate: Fate;
    say?: (line: string) => void;
  },
): Promise<MatrixRun> {
  const { temporalAddress } = await sharedInstallation();
  let run: MatrixRun | undefined;
  await withSmallShop(async ({ service, home, databaseUrl, events }) => {
    const chaos = connectChaos(databaseUrl);
    await planKills(chaos, plan);
    const env = {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: service.client.options.namespace,
      TEMPORAL_TASK_QUEUE: service.taskQueue,
      PERENNIAL_UNSIGNED_SIGNALS: "obey",
    };
    const workers = startDoomedWorkers({ env, home, fate });
    const begunMs = performance.now();
    try {
      const owed = async () =>
        new Set(
          (await listKills(chaos)).filter(({ hitAt }) => hitAt === null).map(({ activity }) => activity),
        );
      await live(service, { backtests, owed });
      await checkAfterwards(service, events);
      const seconds = (performance.now() - begunMs) / 1000;
      run = { kills: await listKills(chaos), deaths: workers.deaths(), seconds };
      for (const line of tableOf(run)) say(line);
    } catch (error) {
      console.error(
        workers.output().split("\n").slice(-60).join("\n"),
        tableOf({ kills: await listKills(chaos), deaths: 0, seconds: 0 }).join("\n"),
      );
      throw error;
    } finally {
      await workers.stop();
      await chaos.end({ timeout: 1 });
    }
  }, { parts: [] });
  return run!;
}

/** One outcome, one deployment, and nothing lost or doubled. */
async function checkAfterwards({ sql, client }: Service, events: number): Promise<void> {
  const cycles = await sql`select id, model, number, outcome, stage from cycles order by id`;
  assert.deepEqual(
    cycles.filter(({ outcome, stage }) => outcome === null || stage !== "ended"),
    [],
    "each has ended",
  );
  assert.deepEqual(
    cycles.filter(({ outcome }) => ["failed", "lost", "cancelled"].includes(outcome)),
    [],
    "and well",
  );
  for (const { id } of cycles) {
    const { status } = await client.workflow.getHandle(id).describe();
    assert.equal(status.name, "COMPLETED", id);
  }
  for (const model of ["churn", "spending"]) {
    const numbers = cycles.filter((cycle) => cycle.model === model).map(({ number }) => number).sort();
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1), `${model}: no number was lost or taken twice`);
  }
  const doubled = {
    deployments:
      await sql`select key from serving_history where kind = 'deploy' group by key having count(*) > 1`,
    "cycles deployed without": await sql`select id from cycles c where outcome = 'deployed'
      and not exists (select from serving_history h where h.key = c.id)`,
    versions: await sql`select cycle_id from model_versions group by cycle_id having count(*) > 1`,
    "open alerts": await sql`select key from alerts where closed_at is null group by key having count(*) > 1`,
    "alerts about one rollback":
      await sql`select key from alerts where kind = 'rollback' group by key having count(*) > 1`,
    "audit rows": await sql`select request_id, action, target from audit
      group by request_id, action, target having count(*) > 1`,
    outcomes: await sql`select user_key from predictions where source = 'monitor'
      group by model, version, as_of, user_key having count(*) > 1`,
    looks: await sql`select rollout from rollout_looks group by rollout, as_of having count(*) > 1`,
    observations: await sql`select kind from observations group by kind, model, key having count(*) > 1`,
    "messages not sent": await sql`select key from outbox where sent_at is null`,
  };
  for (const [what, rows] of Object.entries(doubled)) assert.deepEqual([...rows], [], what);
  const [counts] = await sql`select (select count(*)::int from events) as stored,
    (select sum(events)::int from day_counts) as counted`;
  assert.deepEqual(counts, { stored: events, counted: events }, "events");
  const [{ deployed }] =
    await sql`select count(*)::int as deployed from serving_history where kind = 'deploy'`;
  assert.equal(deployed, 2, "one first version of each model");
  const [drill] = await sql`select state from rollouts where id like 'rollout/churn/%'`;
  assert.equal(drill.state, "rolled back");
}

/** The matrix as lines to print. */
export function tableOf({ kills, deaths, seconds }: MatrixRun): string[] {
  const lines = kills.map(({ activity, point, recoveredMs, hitAt }) =>
    `  ${activity.padEnd(22)} ${point.padEnd(7)} ${
      hitAt === null
        ? "not reached"
        : recoveredMs === null
        ? "not seen again"
        : `${(recoveredMs / 1000).toFixed(1)} s`
    }`
  );
  const times = kills.flatMap(({ recoveredMs }) => recoveredMs ?? []).sort((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)] ?? 0;
  return [
    ...lines,
    `${deaths} workers died in ${seconds.toFixed(0)} s; time to recover: median ${
      (middle / 1000).toFixed(1)
    } s, ` +
    `longest ${((times.at(-1) ?? 0) / 1000).toFixed(1)} s`,
  ];
}
