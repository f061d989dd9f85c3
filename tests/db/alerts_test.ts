import assert from "node:assert/strict";
import { closeAlert, listAlerts, openAlert } from "../../src/db/alerts.ts";
import { withDatabase } from "./database.ts";

const alert = {
  key: "damaged/churn/2",
  model: "churn",
  title: "the file of version 2 cannot be used",
  detail: { reason: "gone" },
};

Deno.test("openAlert() opens an alert once until it is closed, then anew", () =>
  withDatabase(async (sql) => {
    await Promise.all([
      openAlert(sql, alert),
      openAlert(sql, alert),
      openAlert(sql, { ...alert, title: "again" }),
    ]);
    const [open, ...others] = await listAlerts(sql);
    assert.deepEqual([others, open.detail, open.closedAt], [[], alert.detail, null]);
    await closeAlert(sql, alert.key);
    await closeAlert(sql, alert.key);
    assert.deepEqual(await listAlerts(sql), []);
    await openAlert(sql, { ...alert, model: null });
    const all = await listAlerts(sql, { open: false });
    assert.deepEqual(all.map((a) => [a.model, a.closedAt === null]), [[null, true], ["churn", false]]);
  }));
