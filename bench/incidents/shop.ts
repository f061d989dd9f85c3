import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { join } from "node:path";
import { createCheckActivities } from "../../activities/check.ts";
import { forTemporal } from "../../activities/context.ts";
import { createDeployActivities } from "../../activities/deploy.ts";
import { createObserveActivities } from "../../activities/observe/mod.ts";
import { createReportActivities } from "../../activities/report.ts";
import { createSnapshotActivities } from "../../activities/snapshot.ts";
import { createTrainActivities } from "../../activities/train.ts";
import { createValidateActivities } from "../../activities/validate.ts";
import { codeVersion } from "../../src/core/code_version.ts";
import { systemClock } from "../../src/core/clock.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { startPostgres } from "../../src/embedded/postgres.ts";
import { validateEvent as judgeEvent } from "../../src/events/accept.ts";
import { store as storeEvents } from "../../src/app/events/ingest.ts";
import { quarantined } from "../../src/events/quarantine.ts";
import type { Answer } from "../../src/retraining/check.ts";
import { loadModels } from "../../src/models/mod.ts";
import type { Pseudonym } from "../../src/privacy/pseudonym.ts";
import { openPseudonyms } from "../../src/app/security/pseudonym_secret.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import type { RetrainingConfig } from "../../src/config/retraining.ts";
import { createDriftWorkerPool } from "../../src/threads/drift_worker_pool.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { onEnd, temporaryFolder } from "../shared/cleanup.ts";
import type { SentEvent } from "./rows.ts";

const SECRET = "the incidents bench, the same in every database";
const BATCH = 2000;

/** A Postgres of the bench's own, what trains and scores, and the files that all its databases share. */
export async function startShops(say: (line: string) => void) {
  const folder = await temporaryFolder();
  const env = Deno.env.toObject();
  const uid = Deno.uid();
  const servers = { home: folder.path, cache: cacheHome({ env, uid }), uid, log: say };
  const postgres = await startPostgres({ ...servers, port: await freePort() });
  const trainer = createTrainer({ workers: 1 });
  const driftWorkers = createDriftWorkerPool();
  const end = onEnd(async () => {
    trainer.close();
    driftWorkers.close();
    await postgres.stop();
    await folder.remove();
  });
  const administrator = connect(postgres.url, { max: 2 });
  const [{ version }] = await administrator`select current_setting('server_version') as version`;
  const shared = {
    trainer,
    driftWorkers,
    models: await loadModels(),
    codeVersion: await codeVersion(),
  };
  let made = 0;
  return {
    version: version as string,
    /** A database of its own: empty, or a copy of another one, which nobody may be connected to. */
    async open(template?: string): Promise<Shop> {
      const name = `shop_${++made}`;
      await administrator.unsafe(
        `create database ${name} ${template ? `template ${template} strategy file_copy` : ""}`,
      );
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      const sql = connect(url.href, { max: 4 });
      await migrate(sql);
      // a store of its own over the same files: shops that share one would share blocks of the same count of events
      return await shopIn(name, sql, { ...shared, store: fileArtefacts(join(folder.path, "artefacts")) });
    },
    drop: (name: string) => administrator.unsafe(`drop database if exists ${name} with (force)`),
    async stop(): Promise<void> {
      await administrator.end({ timeout: 5 });
      await end();
    },
  };
}
export type Shops = Awaited<ReturnType<typeof startShops>>;

/** What a check answered, and why. */
export interface Checked {
  readonly asOfMs: number;
  readonly answer: Answer;
  readonly text: string;
  /** what was found broken, when that was, and as of when it was first told */
  readonly broken: readonly { kind: string; subject: string; fromMs: number; toMs: number; toldMs: number }[];
}

type Shared = Omit<Parameters<typeof createObserveActivities>[0], "sql" | "clock">;

async function shopIn(name: string, sql: Database, shared: Shared) {
  const pseudonym = await openPseudonyms(sql, { home: ".", given: SECRET });
  const deps = { ...shared, sql, clock: systemClock };
  const activities = forTemporal({
    ...createObserveActivities(deps),
    ...createCheckActivities(deps),
    ...createSnapshotActivities(deps),
    ...createTrainActivities(deps),
    ...createValidateActivities(deps),
    ...createDeployActivities(deps),
    ...createReportActivities(deps),
  });
  let runs = 0;

  /** Runs an activity as a worker would. */
  const perform = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> => {
    const workflowExecution = { workflowId: name, runId: `${name}-${++runs}` };
    return new MockActivityEnvironment({ workflowExecution }, { logger: new DefaultLogger("ERROR") })
      .run(activity as (...args: unknown[]) => Promise<O>, input);
  };

  /** Looks at the events and at a model, as its cycle does before a check. */
  async function look(
    model: string,
    asOfMs: number,
  ): Promise<{ asOf: string; observations: string[]; text: string }> {
    const asOf = new Date(asOfMs).toISOString();
    const events = await perform(activities.observeEvents, { asOf });
    const serving = await perform(activities.observeModel, { model, asOf });
    return {
      asOf,
      observations: [...events.observations, ...serving.observations],
      text: `${events.text} | ${serving.text}`,
    };
  }

  return {
    name,
    sql,
    look,

    configure: (changes: Partial<RetrainingConfig>) => configure(sql, changes),

    /** Takes in events through the judgement that all take, each at the moment it was sent, as a live shop's come in. */
    async receive(events: readonly SentEvent[]): Promise<void> {
      for (let at = 0; at < events.length; at += BATCH) {
        await receiveBatch(sql, pseudonym, events.slice(at, at + BATCH));
      }
    },

    /** The first cycle of a model, step by step as its workflow takes them. @throws {Error} it did not come to serve */
    async deployFirst(model: string, asOfMs: number): Promise<void> {
      const asOf = new Date(asOfMs).toISOString();
      const cycleId = `retrainer/${model}/cycle/1`;
      const check = { cycleId, model, number: 1, trigger: "first" as const, asOf, requestedBy: null };
      const { answer, text } = await perform(activities.checkTrigger, check);
      if (answer !== "retrain") {
        throw new Error(`Cannot deploy a first ${model} as of ${asOf}: ${answer}, ${text}`);
      }
      const { snapshotId } = await perform(activities.takeSnapshot, { cycleId, model, asOf });
      const job = { cycleId, model, snapshotId };
      await perform(activities.trainChallenger, job);
      const { verdict, why } = await perform(activities.validateChallenger, job);
      if (verdict !== "promote") {
        throw new Error(`Cannot deploy a first ${model} as of ${asOf}: ${verdict}, ${why}`);
      }
      await perform(activities.refitChallenger, job);
      await perform(activities.smokeTest, job);
      await perform(activities.deployChallenger, { cycleId, why });
      await perform(activities.reportCycle, { cycleId, model, outcome: "deployed" as const });
    },

    /** One check, on looks made for it. */
    async check(model: string, asOfMs: number): Promise<Checked> {
      const { asOf, observations, text: seen } = await look(model, asOfMs);
      const number = 2 + runs;
      const { answer, text } = await perform(activities.checkTrigger, {
        cycleId: `retrainer/${model}/cycle/${number}`,
        model,
        number,
        trigger: "interval",
        asOf,
        requestedBy: null,
        observations,
      });
      return { asOfMs, answer, text: `${text} | ${seen}`, broken: await brokenIn(sql, observations) };
    },

    close: () => sql.end({ timeout: 5 }),
  };
}
export type Shop = Awaited<ReturnType<typeof shopIn>>;

async function receiveBatch(
  sql: Database,
  pseudonym: Pseudonym,
  events: readonly SentEvent[],
): Promise<void> {
  const judged = events.map(({ sentMs, body }) => {
    const verdict = judgeEvent(body, { nowMs: sentMs, pseudonym });
    if (verdict.kind === "accepted") return { ...verdict, sentMs };
    return { kind: verdict.kind, put: quarantined(body, { ...verdict, source: "api" }, pseudonym), sentMs };
  });
  await storeEvents(sql, judged);
  const taken = judged.flatMap((one) =>
    one.kind === "accepted" ? [{ key: one.event.id, ms: one.sentMs }] : []
  );
  const refused = judged.flatMap((one) =>
    one.kind === "quarantined" ? [{ key: one.put.fingerprint, ms: one.sentMs }] : []
  );
  // Postgres stamps the present; these came in long ago
  const takenMs = taken.map(({ ms }) => ms);
  await sql`update events set received_at = to_timestamp(ms / 1000)
    from unnest(${taken.map(({ key }) => key)}::text[], ${takenMs}::float8[]) as one(key, ms)
    where event_id = key`;
  const refusedMs = refused.map(({ ms }) => ms);
  await sql`update quarantine set received_at = to_timestamp(ms / 1000)
    from unnest(${refused.map(({ key }) => key)}::text[], ${refusedMs}::float8[]) as one(key, ms)
    where fingerprint = key`;
}

async function configure(sql: Database, changes: Partial<RetrainingConfig>): Promise<void> {
  const { version, config } = await currentConfig(sql);
  await saveConfig(sql, {
    config: { ...config, ...changes },
    after: version,
    by: "the bench",
    why: "incidents",
  });
}

async function brokenIn(sql: Database, observations: readonly string[]): Promise<Checked["broken"]> {
  const rows = await sql`
    select f ->> 'kind' as kind, f ->> 'subject' as subject, f ->> 'from' as "from", f ->> 'to' as "to",
           f ->> 'firstSeen' as told
    from observations o cross join lateral jsonb_array_elements(o.report -> 'findings') f
    where o.id = any(${observations as string[]}::uuid[]) and o.kind = 'quality' and f ->> 'means' = 'broken'`;
  return rows.map(({ kind, subject, from, to, told }) => ({
    kind,
    subject,
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    toldMs: Date.parse(told),
  }));
}
