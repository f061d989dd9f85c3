/** A worse version is rolled out and taken back, while everything is killed at each step of it. */
import assert from "node:assert/strict";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import type { Database } from "../../src/db/connect.ts";
import { findRollout, listLooks, listRollouts } from "../../src/db/rollouts/rollouts.ts";
import { servingChanges, servingState } from "../../src/db/models/serving.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { holdNext, holdNow, reached } from "./holds.ts";
import { type Place, RunningInstallation } from "./installation.ts";

/** The version that serves was trained on outcomes until here; a look four weeks later sees what followed. */
const FROM = "2011-06-21T00:00:00.000Z";
const LATER = "2011-07-20T00:00:00.000Z";

type Step = (name: string, work: () => Promise<void>) => Promise<void>;

/** Starts the installation, brings it to a moment, and kills all of it there. */
async function killed(
  place: Place,
  moment: (installation: RunningInstallation) => Promise<void>,
): Promise<void> {
  const installation = await RunningInstallation.start(place);
  let isHit = false;
  try {
    await moment(installation);
    isHit = true;
  } finally {
    const output = installation.process.output();
    await installation.kill();
    if (!isHit) console.error(output);
  }
}

/** Asks to look; whoever asks is cut off by the kill, and asks the same again afterwards. */
function look(
  { post }: Pick<RunningInstallation, "post">,
  id: string,
  asOf: string,
): Promise<Response | null> {
  return post(`/rollouts/${id}/look`, { asOf }).catch(() => null);
}

/** Settles once somebody is held; fails as soon as the look came to its end without. */
async function heldOr(sql: Database, asked: Promise<Response | null>): Promise<void> {
  const over = asked.then(async (answer) => {
    if (answer) throw new Error(`The look was not held: ${await answer.text()}`);
    await new Promise(() => {}); // cut off by the kill
  });
  await Promise.race([reached(sql), over]);
}

async function begun(sql: Database): Promise<string> {
  const there = async () => (await listRollouts(sql)).length === 1;
  assert.ok(await waitUntil(there, { withinMs: 300_000, everyMs: 50 }), "the rollout begins");
  return (await listRollouts(sql))[0].id;
}

export async function drillThroughKills(place: Place, step: Step): Promise<void> {
  let id = "";
  const looking = (installation: RunningInstallation, asOf: string) =>
    look({ post: installation.post.bind(installation) }, id, asOf);

  await step("in the middle of a rollout's beginning", () =>
    killed(place, async (installation) => {
      const { sql } = installation;
      const { version: after, config } = await currentConfig(sql);
      const wanted = { ...config, guard_divergence: 1000 }; // outcomes are to decide
      await saveConfig(sql, { config: wanted, after, by: "a test", why: "a drill" });
      await holdNow(sql, "begin_rollout");
      const answer = await installation.post("/models/churn/drill", { asOf: FROM, strength: 1.5 });
      assert.equal(answer.status, 202, await answer.text());
      await reached(sql);
      await holdNext(sql, "look");
    }));

  await step("in the middle of a look", () =>
    killed(place, async (installation) => {
      const { sql } = installation;
      id = await begun(sql);
      const asked = looking(installation, FROM);
      await reached(sql);
      await holdNext(sql, "roll_back");
      void asked;
    }));

  await step("in the middle of taking the version back", () =>
    killed(place, async (installation) => {
      const { sql } = installation;
      const first = await (await looking(installation, FROM))!.json();
      assert.equal(first.ended, false, JSON.stringify(first));
      await heldOr(sql, looking(installation, LATER));
      const { arms } = (await servingState(sql, "churn"))!;
      assert.equal(arms.length, 1, "it is not taken back yet");
      await holdNext(sql, "conclude");
    }));

  await step("in the middle of telling about it", () =>
    killed(place, async (installation) => {
      const { sql } = installation;
      const taken = async () => (await findRollout(sql, id))!.state === "rolled back";
      void looking(installation, LATER);
      assert.ok(await waitUntil(taken, { withinMs: 300_000, everyMs: 50 }), "it is taken back");
      await reached(sql);
    }));

  await step(
    "and then the worse version is back where it came from, once, and somebody was told",
    async () => {
      const installation = await RunningInstallation.start(place);
      try {
        const told = async () => (await listAlerts(installation.sql)).some(({ kind }) => kind === "rollback");
        assert.ok(await waitUntil(told, { withinMs: 300_000, everyMs: 100 }), installation.process.output());
        await checkDrill(installation.sql, id);
      } finally {
        await installation.stop();
      }
    },
  );
}

async function checkDrill(sql: Database, id: string): Promise<void> {
  const changes = (await servingChanges(sql, "churn")).reverse();
  assert.deepEqual(changes.map((m) => [m.kind, m.version, m.share]), [
    ["deploy", 1, 1],
    ["share", 2, 0.05],
    ["roll back", 1, 1],
  ]);
  const serving = (await servingState(sql, "churn"))!;
  assert.deepEqual([serving.champion, serving.arms], [1, []]);
  assert.equal((await getVersion(sql, "churn", 2)).state, "rejected");
  const [{ n }] = await sql`select count(*)::int as n from model_versions where model = 'churn'`;
  assert.equal(n, 2, "the worse version was planted once");
  const decisions = (await listLooks(sql, id)).map((l) => [l.asOf, l.decision.kind]);
  assert.deepEqual(decisions, [[LATER, "roll back"], [FROM, "keep collecting"]]);
  const alerts = (await listAlerts(sql, { open: false })).filter(({ kind }) => kind === "rollback");
  assert.equal(alerts.length, 1);
}
