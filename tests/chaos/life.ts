/** kill -9 of the whole installation, in the middle of everything that must not be lost or done twice. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import type { Database } from "../../src/db/connect.ts";
import { servingHistory } from "../../src/db/models/serving.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import { configFor } from "../../src/demo/protocol.ts";
import { withFolder } from "../embedded/support.ts";
import { PROTOCOL, writeSmallShop } from "../e2e/small_shop.ts";
import { drillThroughKills } from "./drill.ts";
import { holdNext, holdNow, plantHolds, reached, release } from "./holds.ts";
import { isBusy, newPlace, perennial, type Place, RunningInstallation } from "./installation.ts";

/** Before the pinned clock, and before all that checks and trainings look at: what comes in disturbs neither. */
const LONG_BEFORE = "2010-11-30T12:00:00.000Z";

/** Sends events without a pause until the server dies; @returns the ids that it acknowledged */
async function sendUntilKilled(installation: RunningInstallation, acknowledged: string[]): Promise<void> {
  for (let batch = 0;; batch++) {
    const time = LONG_BEFORE;
    const events = Array.from({ length: 20 }, (_, i) => ({
      id: `${installation.process.pid}-${batch}-${i}`,
      type: "view",
      user: `shopper ${i}`,
      product: "tea",
      time,
    }));
    try {
      const response = await installation.post("/events", events);
      const answer = await response.json();
      if (isBusy(response)) {
        await new Promise((done) => setTimeout(done, 200));
        continue; // nothing was promised; the next ones are others
      }
      assert.equal(answer.accepted, 20, `${response.status}: ${JSON.stringify(answer)}`);
    } catch (error) {
      if (error instanceof TypeError) return; // the connection broke: nothing was promised
      throw error;
    }
    acknowledged.push(...events.map(({ id }) => id));
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Runs the installation, with events coming in all the time, until `moment`; then kills all of it. */
async function killAt(
  place: Place,
  acknowledged: string[],
  moment: (installation: RunningInstallation) => Promise<void>,
): Promise<void> {
  const installation = await RunningInstallation.start(place);
  const sending = sendUntilKilled(installation, acknowledged);
  let isHit = false;
  try {
    await moment(installation);
    const before = acknowledged.length;
    const more = () => Promise.resolve(acknowledged.length > before);
    isHit = await waitUntil(more, { withinMs: 300_000, everyMs: 5 });
  } finally {
    const output = installation.process.output();
    await installation.kill();
    await sending;
    if (!isHit) console.error(output);
  }
  assert.ok(isHit, "events came in until the kill");
}

/** Only what this test forces: a shop of 2011 as it was in June, and the database able to hold. */
async function prepare({ sql }: RunningInstallation): Promise<void> {
  const { version, config } = await currentConfig(sql);
  const wanted = { ...configFor(config, PROTOCOL), min_validation_rows: 50 };
  await saveConfig(sql, { config: wanted, after: version, by: "a test", why: "a small shop" });
  await pinMoment(sql, Date.parse("2011-06-21"));
  await plantHolds(sql);
  const waiting = async () =>
    (await sql`select from retrainers where next_check_at > now() and running_cycle is null`).length;
  const atRest = async () => await waiting() === 2; // their first checks found no data: no cycle but the forced one
  assert.ok(await waitUntil(atRest, { withinMs: 300_000, everyMs: 20 }), "the retrainers come to rest");
}

const CYCLE = "retrainer/churn/cycle/1";
const stageOf = async (sql: Database) => {
  const [row] = await sql`select stage, progress, outcome from cycles where id = ${CYCLE}`;
  return row ?? { stage: "none", progress: null, outcome: null };
};

/** Runs one part of a life; fails as it does. */
export type Step = (name: string, work: () => Promise<void>) => Promise<void>;

/**
 * Lives the life of an installation that is killed again and again.
 * @param options.long also in the middle of an import, of validation, and of each step of a rollout
 */
export function liveThroughKills(step: Step, { long }: { long: boolean }): Promise<void> {
  return withFolder(async (state) => {
    const place = await newPlace(state);
    const shop = join(state, "shop.csv");
    const lines = await writeSmallShop(shop);
    const acknowledged: string[] = [];

    if (long) {
      await step("in the middle of an import", () =>
        killAt(place, acknowledged, async (installation) => {
          const { sql } = installation;
          await prepare(installation);
          await holdNow(sql, "import");
          const importing = perennial(place, "import", shop);
          await reached(sql);
          const [{ linesDone }] = await sql`select lines_done from imports`;
          assert.ok(linesDone > 0 && linesDone < lines, `${linesDone} of ${lines} lines are in`);
          Deno.kill(importing.pid, "SIGKILL");
          await importing.ended;
        }));
    }

    await step(
      "in the middle of training, the import having gone on to its exact end",
      () =>
        killAt(place, acknowledged, async (installation) => {
          const { sql } = installation;
          if (!long) await prepare(installation);
          const importing = perennial(place, "import", shop, "--json");
          assert.ok((await importing.ended).success, importing.output());
          const [{ n }] = await sql`select count(*)::int as n from events where at > ${LONG_BEFORE}`;
          assert.equal(n, lines);
          await holdNow(sql, "train"); // should training end before the kill, its version is not registered yet
          const answer = await installation.post("/retraining/force", {
            model: "churn",
            why: "to be killed",
          });
          assert.equal(answer.status, 202, await answer.text());
          const training = async () => {
            const { stage, progress } = await stageOf(sql);
            return stage === "train" && progress !== null;
          };
          assert.ok(await waitUntil(training, { withinMs: 300_000, everyMs: 5 }), "it trains");
          await holdNext(sql, long ? "validate" : "deploy");
        }),
    );

    if (long) {
      await step("in the middle of validation", () =>
        killAt(place, acknowledged, async ({ sql }) => {
          await reached(sql);
          assert.equal((await stageOf(sql)).stage, "validate");
          await holdNext(sql, "deploy");
        }));
    }

    await step(
      "in the middle of deployment: done, and Temporal not told",
      () =>
        killAt(place, acknowledged, async (installation) => {
          const { sql } = installation;
          await reached(sql);
          Deno.kill((await installation.temporalPid())!, "SIGSTOP");
          await release(sql);
          const deployed = async () => (await servingHistory(sql, "churn")).length === 1;
          assert.ok(await waitUntil(deployed, { withinMs: 300_000, everyMs: 5 }), "it is deployed");
          const { stage, outcome } = await stageOf(sql);
          assert.deepEqual([stage, outcome], ["deploy", null]);
        }),
    );

    await step(
      "and then the cycle ends by itself, with one deployment, and every event is there",
      async () => {
        const installation = await RunningInstallation.start(place);
        const { sql } = installation;
        try {
          const ended = async () => (await stageOf(sql)).outcome !== null;
          const inTime = await waitUntil(ended, { withinMs: 300_000, everyMs: 100 });
          assert.ok(inTime, installation.process.output());
          await checkAll(sql, { lines, acknowledged });
        } finally {
          await installation.stop();
        }
      },
    );
    if (long) await drillThroughKills(place, step);
  });
}

async function checkAll(
  sql: Database,
  { lines, acknowledged }: { lines: number; acknowledged: string[] },
): Promise<void> {
  const { outcome, error } = await getCycle(sql, CYCLE);
  assert.deepEqual([outcome, error], ["deployed", null]);
  const history = await servingHistory(sql, "churn");
  assert.deepEqual(history.map(({ key, version, kind }) => [key, version, kind]), [[CYCLE, 1, "deploy"]]);
  const [versions] = await sql`select count(*)::int as n from model_versions where model = 'churn'`;
  assert.equal(versions.n, 1);
  const stored = await sql`select event_id from events where event_id = any(${acknowledged})`;
  assert.equal(stored.length, acknowledged.length, "acknowledged events are there");
  const [{ events, counted }] = await sql`select (select count(*)::int from events) as events,
    (select sum(events)::int from day_counts) as counted`;
  assert.ok(events >= lines + acknowledged.length); // the last batch may be in without our having heard of it
  assert.equal(counted, events, "each is rolled up once");
}
