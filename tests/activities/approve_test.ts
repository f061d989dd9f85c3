import assert from "node:assert/strict";
import { createApproveActivities } from "../../activities/approve.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createReportActivities } from "../../activities/report.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { decideApproval, getApproval } from "../../src/db/rollouts/approvals.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import type { Database } from "../../src/db/connect.ts";
import { getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { listDeliveries } from "../../src/db/alerts/deliveries.ts";
import churn from "../../src/models/churn.ts";
import { withDatabase } from "../db/database.ts";
import { addVersions, AS_OF } from "../db/models_support.ts";

const CYCLE = "retrainer/churn/cycle/1";
const START_MS = Date.UTC(2026, 10, 1);

interface Asked {
  sql: Database;
  deps: ActivityDeps;
  activities: ReturnType<typeof createApproveActivities>;
  /** hours since the question */
  at(hours: number): void;
}

/** A cycle whose version was validated, where a person is to be asked; reminded after 2 hours, for 5. */
const asking = (
  work: (asked: Asked) => Promise<void>,
  { trigger = "interval" as "interval" | "replay", approval = "required" as "required" | "none" } = {},
) =>
  withDatabase(async (sql) => {
    const { version: after, config } = await currentConfig(sql);
    const wanted = { ...config, approval, approval_remind_hours: 2, approval_expire_hours: 5 };
    await saveConfig(sql, { config: wanted, after, by: "a test", why: "" });
    await addVersions(sql, 1);
    const run = { runId: "r", trigger, requestedBy: null, asOf: AS_OF, reasons: [], champion: null };
    await openCycle(sql, { id: CYCLE, model: "churn", number: 1, ...run });
    let nowMs = START_MS;
    const deps = { sql, clock: () => nowMs, models: new Map([["churn", churn]]) } as unknown as ActivityDeps;
    await work({
      sql,
      deps,
      activities: createApproveActivities(deps),
      at: (hours) => nowMs = START_MS + hours * 3_600_000,
    });
  });

const told = async (sql: Database) => {
  const [alert] = await listAlerts(sql, { open: false });
  return (await listDeliveries(sql, alert.id)).map(({ event }) => event);
};

Deno.test("askForApproval() asks once, tells somebody, and shows the cycle waiting", () =>
  asking(async ({ sql, activities }) => {
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await activities.askForApproval({ cycleId: CYCLE, why: "better on 500 rows" }), {
        asked: true,
      });
    }
    const { text, version, decision } = await getApproval(sql, CYCLE);
    assert.deepEqual([text, version, decision], [
      "May version 1 of churn serve? It is better on 500 rows",
      1,
      null,
    ]);
    assert.equal((await getCycle(sql, CYCLE)).stage, "approve");
    const [alert, ...others] = await listAlerts(sql);
    assert.deepEqual([alert.kind, others.length, await told(sql)], ["approval", 0, ["opened"]]);
  }));

Deno.test("askForApproval() asks nobody where the configuration wants none, or history is replayed", async () => {
  const never = async ({ activities }: Asked) =>
    assert.deepEqual(await activities.askForApproval({ cycleId: CYCLE, why: "better" }), { asked: false });
  await asking(never, { approval: "none" });
  await asking(never, { trigger: "replay" });
});

Deno.test("readApproval() reminds once each time it is due, and decides when time is over", () =>
  asking(async ({ sql, activities, at }) => {
    await activities.askForApproval({ cycleId: CYCLE, why: "better" });
    await sql`update approvals set asked_at = ${new Date(START_MS)}`;
    const read = () => activities.readApproval({ cycleId: CYCLE });
    assert.deepEqual(await read(), { decision: null, waitMs: 2 * 3_600_000 });
    at(2.5);
    assert.deepEqual(await read(), { decision: null, waitMs: 1.5 * 3_600_000 });
    await read();
    assert.deepEqual(await told(sql), ["opened", "reminded"]);
    at(4.5);
    assert.deepEqual(await read(), { decision: null, waitMs: 0.5 * 3_600_000 });
    at(5);
    const over = await read();
    assert.equal(over.decision, "expired");
    assert.deepEqual(await told(sql), ["opened", "reminded", "reminded", "closed"]);
    assert.deepEqual(await listAlerts(sql), []);
  }));

Deno.test("readApproval() tells what a person decided; the first decision stands", () =>
  asking(async ({ sql, activities, at }) => {
    await activities.askForApproval({ cycleId: CYCLE, why: "better" });
    await decideApproval(sql, {
      cycleId: CYCLE,
      decision: "rejected",
      by: "ann",
      why: "not before the sale",
    });
    await decideApproval(sql, { cycleId: CYCLE, decision: "approved", by: "ben", why: "" });
    at(9);
    const { decision, ...said } = await activities.readApproval({ cycleId: CYCLE });
    assert.deepEqual([decision, said], ["rejected", { text: "rejected by ann: not before the sale" }]);
  }));

Deno.test("a cycle that ends otherwise takes its question back", () =>
  asking(async ({ sql, deps, activities }) => {
    await activities.askForApproval({ cycleId: CYCLE, why: "better" });
    await createReportActivities(deps).reportCycle({ cycleId: CYCLE, model: "churn", outcome: "cancelled" });
    const { decision, decidedWhy } = await getApproval(sql, CYCLE);
    assert.deepEqual([decision, decidedWhy], ["expired", "its cycle ended: cancelled"]);
    assert.deepEqual(await listAlerts(sql), []);
  }));
