/** Monitoring through the service and the production workflows, on a part of the real shop: what an operator relies on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { getCheck, listChecks } from "../../src/db/cycles/checks.ts";
import { getObservations, listObservations } from "../../src/db/monitoring/observations.ts";
import { acceptFinding } from "../../src/db/monitoring/quality_findings.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { importFile } from "../../src/app/events/import.ts";
import { QualityReport } from "../../src/quality/report.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import { readConfig } from "../../src/config/environment.ts";
import { explain } from "../../src/retraining/explain.ts";
import { recomputing, type Service } from "../../src/service.ts";
import { checkAsOf, ensureMonitor } from "../../src/temporal/control_client.ts";
import { createDriftWorkerPool } from "../../src/threads/drift_worker_pool.ts";
import { type Receiver, withReceiver } from "../app/alerts/receiver.ts";
import { type SmallShop, withSmallShop } from "./small_shop.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const FIRST = "2011-05-24T00:00:00.000Z";
const FLOODED = "2011-06-21T00:00:00.000Z";
const LATER = "2011-06-21T00:00:01.000Z";

Deno.test(
  "broken data stop a check, are told, and are learned from only once a person accepts them",
  options,
  (t) =>
    withReceiver((receiver) =>
      withSmallShop(async (shop) => {
        const { service, home } = shop;
        const step = async (name: string, work: () => Promise<void>) =>
          assert.ok(await t.step(name, work), name);
        await step("a first model is deployed on sound data", async () => {
          const { outcome, text } = await checkAsOf(service.client, "churn", FIRST);
          assert.equal(outcome, "deployed", text);
        });
        await step("a flood of copies ends in: fix data first", async () => {
          assert.ok(await flood(shop) > 1000);
          const { outcome, text } = await checkAsOf(service.client, "churn", FLOODED);
          assert.equal(outcome, "fix data first", text);
          assert.match(text, /Fix the data first/);
        });
        await step(
          "the monitor looks, opens an alert, and the webhook hears of it once",
          () => told(service, receiver),
        );
        await step(
          "every check comes out the same from its stored evidence",
          () => recomputed(service, home),
        );
        await step("accepted, the data no longer stop a check", async () => {
          const [look] = await listObservations(service.sql, { kind: "quality", model: null, limit: 1 });
          for (const { key } of QualityReport.parse(look.report).findings) {
            assert.ok(await acceptFinding(service.sql, { key, by: "ann", why: "they are real orders" }));
          }
          const { outcome } = await checkAsOf(service.client, "churn", LATER);
          assert.notEqual(outcome, "fix data first");
        });
      }, {
        settings: {
          PERENNIAL_WEBHOOK_URL: receiver.url,
          PERENNIAL_WEBHOOK_SECRET: "a secret of the test",
          PERENNIAL_WEBHOOK_ALLOW_PRIVATE: "true",
        },
      })
    ),
);

/** Everything of the last days before the check comes three times more, under other ids. @returns events added */
async function flood({ service: { sql, pseudonym }, home }: SmallShop): Promise<number> {
  const [header, ...lines] = (await Deno.readTextFile(join(home, "shop.csv"))).trimEnd().split("\n");
  const time = header.split(",").indexOf("timestamp");
  const recent = lines.filter((line) => {
    const at = line.split(",")[time];
    return at >= "2011-06-16" && at < FLOODED;
  });
  const copies = Array.from({ length: 3 }, () => recent).flat();
  const path = join(home, "copies.csv");
  await Deno.writeTextFile(path, [header, ...copies, ""].join("\n"));
  return (await importFile({ sql, clock: systemClock, pseudonym }, path)).added;
}

async function told({ sql, client, taskQueue }: Service, { received }: Receiver): Promise<void> {
  await pinMoment(sql, Date.parse(FLOODED));
  await ensureMonitor(client, { taskQueue });
  const heard = () => Promise.resolve(received.length > 0);
  assert.ok(await waitUntil(heard, { withinMs: 60_000, everyMs: 100 }), "the webhook heard nothing");
  assert.ok((await listAlerts(sql)).some(({ kind }) => kind === "quality"));
  const { event, alert } = JSON.parse(received[0].body);
  assert.deepEqual([event, alert.kind], ["opened", "quality"]);
  const ids = received.map(({ headers }) => headers.get("x-perennial-delivery"));
  assert.equal(new Set(ids).size, ids.length);
  const isSigned = (text: string | null) => /^t=\d+,v1=[0-9a-f]{64}$/.test(text ?? "");
  assert.ok(received.every(({ headers }) => isSigned(headers.get("x-perennial-signature"))));
}

async function recomputed({ sql }: Service, home: string): Promise<void> {
  const driftWorkers = createDriftWorkerPool();
  try {
    const store = fileArtefacts(join(home, "artefacts"));
    const deps = await recomputing({ sql, store, driftWorkers, config: readConfig({}), deciding: [] });
    const checks = await listChecks(sql, {});
    assert.equal(checks.length, 2);
    for (const { id } of checks) {
      const check = await getCheck(sql, id);
      const told = await explain(check, await getObservations(sql, check.observations), deps);
      assert.equal(told.outcome, "same", told.parts.map(({ what, text }) => `${what}: ${text}`).join("\n"));
      assert.ok(told.parts.length >= 2);
    }
  } finally {
    driftWorkers.close();
  }
}
