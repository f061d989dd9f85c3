/** What a clean-up lets go, and what it leaves, on a real database and a real artefact folder. */
import assert from "node:assert/strict";
import { checkStore } from "../../../src/app/installation_identity.ts";
import { pinMoment } from "../../../src/app/as_of.ts";
import { ingest } from "../../../src/app/events/ingest.ts";
import { buildFeatures } from "../../../src/app/features/blocks.ts";
import { CLASS_NAMES, CLASSES, type ClassName } from "../../../src/app/retention/classes.ts";
import { cleanUp, noteCleanup } from "../../../src/app/retention/cleanup.ts";
import { verifyAudit } from "../../../src/app/security/audit_chain.ts";
import { RetrainingConfig } from "../../../src/config/retraining.ts";
import { listAudit } from "../../../src/db/access/audit.ts";
import { saveConfig } from "../../../src/db/config/config_versions.ts";
import type { Database } from "../../../src/db/connect.ts";
import { insertEvents } from "../../../src/db/events/events.ts";
import { EVIDENCE_GONE } from "../../../src/db/retention.ts";
import { newSigningKey, openSigningKeys } from "../../../src/security/signing.ts";
import { moveServing } from "../../../src/db/models/serving.ts";
import { addVersion } from "../../../src/db/models/versions.ts";
import { type FileArtefacts, fileArtefacts } from "../../../src/registry/artefacts.ts";
import { withDatabase } from "../../db/database.ts";
import { event, pseudonym } from "../../db/events_support.ts";
import { aManifest, AS_OF, deployment } from "../../db/models_support.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse("2026-11-29T12:00:00Z");
const daysAgo = (days: number) => new Date(NOW_MS - days * DAY_MS);

interface Bench {
  sql: Database;
  store: FileArtefacts;
  /** rows that went, by class */
  clean(...classes: ClassName[]): Promise<Record<string, number>>;
}

function withBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    try {
      const { id } = await checkStore(sql, fileArtefacts(folder));
      const store = fileArtefacts(folder, { id });
      const deps = { sql, store, clock: () => NOW_MS, models: ["churn"], home: null };
      const numbers = (cleaned: Awaited<ReturnType<typeof cleanUp>>) =>
        Object.fromEntries(cleaned.map(({ name, rows }) => [name, rows]));
      const clean: Bench["clean"] = async (...classes) => {
        const before = numbers(await cleanUp(deps, { classes, dryRun: true }));
        const gone = numbers(await cleanUp(deps, { classes, dryRun: false }));
        assert.deepEqual(gone, before, "what a dry run says is what goes");
        return gone;
      };
      await work({ sql, store, clean });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("every class has a setting, but for the audit, which is kept whole, and files, which nothing names", () => {
  assert.deepEqual(CLASSES.map(({ name }) => name), [...CLASS_NAMES]);
  const without = CLASSES.filter(({ setting }) => setting === null).map(({ name }) => name);
  assert.deepEqual(without, ["files", "audit"]);
  const config = RetrainingConfig.parse({});
  assert.ok(
    CLASSES.every(({ setting }) => setting === null || config[setting] !== null),
    "each ends by default",
  );
});

Deno.test("old events go, and models learn the same from what stays; one that is sent again is put aside", () =>
  withBench(async ({ sql, clean }) => {
    const purchase = (id: string, days: number, user: string) =>
      event({
        id,
        userKey: pseudonym(user),
        type: "purchase",
        atMs: daysAgo(days).getTime(),
        amount: 10,
        price: 10,
      });
    await insertEvents(sql, [
      purchase("a", 1200, "ann"),
      purchase("b", 1150, "ann"),
      purchase("c", 20, "ann"),
      purchase("d", 20, "bob"),
    ]);
    const protocol = { activeDays: 90, activity: "purchase", horizonDays: 28 } as const;
    const midnight = Math.floor(NOW_MS / DAY_MS) * DAY_MS;
    const learned = () => buildFeatures(sql, protocol, midnight);
    const before = await learned();
    assert.deepEqual(await clean("events"), { events: 2 });
    assert.deepEqual(await learned(), before);
    const raw = { id: "a", user: "ann", type: "purchase", time: daysAgo(1200).toISOString(), price: 10 };
    const { results } = await ingest({ sql, clock: () => NOW_MS, pseudonym }, [raw], { source: "api" });
    assert.deepEqual([results[0].status, results[0].field], ["quarantined", "at"]);
    assert.deepEqual(await learned(), before, "nothing counted twice");
    assert.deepEqual(await clean("events"), { events: 0 });
  }));

Deno.test("shoppers go whole, never sooner than trainings look back; in a demo the data's time counts", () =>
  withBench(async ({ sql, clean }) => {
    const seen = (id: string, days: number, user: string) =>
      event({ id, userKey: pseudonym(user), type: "view", atMs: daysAgo(days).getTime() });
    await insertEvents(sql, [
      seen("a", 2000, "old"),
      seen("b", 1900, "old"),
      seen("c", 2000, "back"),
      seen("d", 1, "back"),
      seen("e", 500, "young"),
    ]);
    await pinMoment(sql, daysAgo(1000).getTime());
    assert.deepEqual(await clean("shoppers"), { shoppers: 0 });
    await sql`delete from settings where name = 'pinned_as_of'`;
    assert.deepEqual(await clean("shoppers"), { shoppers: 2 });
    const config = RetrainingConfig.parse({ keep_shoppers_days: 90 });
    await saveConfig(sql, { config, after: 0, by: "ann", why: "less" });
    assert.deepEqual(await clean("shoppers"), { shoppers: 0 }, "500 days are within 52 cut-offs of 14 days");
    assert.equal((await sql`select count(distinct user_key)::int as n from user_days`)[0].n, 2);
  }));

const addPrediction = (
  sql: Database,
  days: number,
  over: { outcome?: number | null; horizon?: number; asOfDays?: number } = {},
) => {
  const { outcome = 1, horizon = 28, asOfDays = days } = over;
  const at = daysAgo(days);
  const asOf = daysAgo(asOfDays);
  return sql`insert into predictions (model, version, user_key, as_of, prediction, fallback, feature_hash, horizon_days, at, outcome, source)
    values ('churn', 1, gen_random_uuid(), ${asOf}, 0.5, false, 'f', ${horizon}, ${at}, ${outcome}, 'api')`;
};

Deno.test("old predictions and counts go, but not those that wait for an outcome or belong to a rollout that runs", () =>
  withBench(async ({ sql, clean }) => {
    await addPrediction(sql, 500);
    await addPrediction(sql, 500, { outcome: null, horizon: 490 }); // its outcome came a week ago at most
    await addPrediction(sql, 10);
    const minute = (days: number) =>
      sql`insert into serving_minutes (model, version, minute, process, answers, errors, fallbacks, latency)
      values ('churn', 1, ${daysAgo(days)}, 'p', 1, 0, 0, '[]')`;
    await minute(100);
    await minute(10);
    const startedAt = daysAgo(600);
    await sql`insert into rollouts (id, model, cycle_id, champion, challengers, plan, state, step, shares, as_of, step_as_of,
        replayed, began_by, why, started_at)
      values ('rollout/churn/v2', 'churn', 'c', 1, '{2}', '{}', 'running', 0, '[]', now(), now(), false, 'a', 'b', ${startedAt})`;
    assert.deepEqual(await clean("predictions", "metrics"), { predictions: 0, metrics: 0 });
    await sql`update rollouts set state = 'held'`;
    assert.deepEqual(await clean("predictions", "metrics"), { predictions: 1, metrics: 1 });
  }));

Deno.test("blocks of a day go, those of a snapshot stay", () =>
  withBench(async ({ sql, clean }) => {
    const hash = (n: number) => String(n).repeat(64);
    for (const [n, days] of [[1, 40], [2, 40], [3, 10]]) {
      await sql`insert into feature_blocks (key, cutoff, events_seen, sha256, rows, built_at)
        values ('k', ${daysAgo(days + n)}, 1, ${hash(n)}, 1, ${daysAgo(days)})`;
      await sql`insert into label_blocks (key, cutoff, events_seen, feature_sha256, sha256, built_at)
        values ('k', ${daysAgo(days + n)}, 1, ${hash(n)}, ${hash(n + 4)}, ${daysAgo(days)})`;
    }
    const blocks = [{ cutoff: AS_OF, rows: 1, features: hash(1), labels: hash(5) }];
    await sql`insert into snapshots (id, model, as_of, feature_hash, horizon_days, events_seen, rows, blocks)
      values ('s', 'churn', now(), 'f', 28, 1, 1, ${sql.json(blocks)})`;
    assert.deepEqual(await clean("blocks"), { blocks: 2 });
    assert.deepEqual((await sql`select sha256 from feature_blocks order by 1`).map((row) => row.sha256), [
      hash(1),
      hash(3),
    ]);
  }));

Deno.test("evidence goes, what was judged stays, and the newest look keeps its own", () =>
  withBench(async ({ sql, store, clean }) => {
    const look = async (days: number, bytes: number, model: string) => {
      const sha256 = await store.put(Uint8Array.of(bytes));
      const at = daysAgo(days);
      await sql`insert into observations (id, kind, model, key, as_of, answer, report, evidence_sha256, code_version, at)
        values (gen_random_uuid(), 'drift', ${model}, ${`${days}`}, ${at}, 'stable', '{}', ${sha256}, 'c', ${at})`;
    };
    await look(300, 1, "churn");
    await look(250, 2, "churn");
    await look(10, 2, "churn"); // shares its file with the one before
    await look(300, 3, "spending"); // its newest
    assert.deepEqual(await clean("evidence"), { evidence: 1 });
    const rows =
      await sql`select model, evidence_sha256 = ${EVIDENCE_GONE} as gone from observations order by model, as_of`;
    assert.deepEqual(rows.map(({ model, gone }) => [model, gone]), [
      ["churn", true],
      ["churn", true],
      ["churn", false],
      ["spending", false],
    ]);
  }));

Deno.test("files of versions that never served go after a month, and a file that another version keeps stays", () =>
  withBench(async ({ sql, store, clean }) => {
    const add = async (
      n: number,
      bytes: number,
      days: number,
      state: "deployed" | "rejected" | "candidate",
    ) => {
      const manifest = aManifest({
        cycleId: `c${n}`,
        tested: { ...aManifest().tested, sha256: "f".repeat(64) },
      });
      const artefactSha256 = await store.put(Uint8Array.of(bytes));
      await addVersion(sql, { manifest, artefactSha256, state });
      await sql`insert into cycles (id, model, number, run_id, trigger, as_of, stage, reasons, ended_at)
        values (${`c${n}`}, 'churn', ${n}, 'r', 'forced', now(), 'ended', '[]', ${daysAgo(days)})`;
    };
    await add(1, 1, 100, "deployed");
    await add(2, 2, 100, "rejected");
    await add(3, 1, 100, "rejected"); // as version 1
    await add(4, 4, 10, "rejected");
    await add(5, 5, 100, "candidate"); // in a rollout
    await moveServing(sql, deployment(1, null));
    await sql`insert into rollouts (id, model, cycle_id, champion, challengers, plan, state, step, shares, as_of, step_as_of,
        replayed, began_by, why)
      values ('rollout/churn/v5', 'churn', 'c5', 1, '{5}', '{}', 'running', 0, '[]', now(), now(), false, 'a', 'b')`;
    await clean("versions");
    const removed =
      await sql`select version from model_versions where artefact_removed_at is not null order by 1`;
    assert.deepEqual(removed.map(({ version }) => version), [2, 3]);
    assert.equal((await store.list()).length, 3);
  }));

Deno.test("quarantine, alerts and idempotency go by their age; the audit stays, and its chain holds", () =>
  withBench(async ({ sql, clean }) => {
    const aside = (n: number, days: number) =>
      sql`insert into quarantine (reason, body, source, received_at, fingerprint)
      values ('r', '{}', 'api', ${daysAgo(days)}, ${String(n)})`;
    const answer = (n: number, days: number) =>
      sql`insert into idempotency_keys (key, fingerprint, status, response, at)
      values (${String(n)}, 'f', 200, '{}', ${daysAgo(days)})`;
    const alert = async (n: number, openedDays: number, closedDays: number | null) => {
      const closed = closedDays === null ? null : daysAgo(closedDays);
      const [{ id }] = await sql`insert into alerts (key, title, detail, opened_at, closed_at)
        values (${String(n)}, 't', '{}', ${daysAgo(openedDays)}, ${closed}) returning id`;
      await sql`insert into deliveries (id, alert_id, event, channel, body) values (gen_random_uuid(), ${id}, 'opened', 'log', '{}')`;
    };
    await Promise.all([aside(1, 100), aside(2, 10), answer(1, 8), answer(2, 6)]);
    await alert(1, 500, 400);
    await alert(2, 500, null);
    await alert(3, 500, 300);
    const expected = { quarantine: 1, alerts: 2, idempotency: 1, audit: 0 };
    assert.deepEqual(await clean("quarantine", "alerts", "idempotency", "audit"), expected);
    const note = { requestId: "cleanup/1", who: "the schedule", why: "once a day" };
    const none = { days: 90, unit: "rows" as const };
    await noteCleanup(sql, [{ name: "quarantine", rows: 1, bytes: 200, ...none }, {
      name: "events",
      rows: 0,
      bytes: 0,
      ...none,
    }], note);
    await noteCleanup(sql, [{ name: "events", rows: 0, bytes: 0, ...none }], {
      ...note,
      requestId: "cleanup/2",
    });
    const [written, ...others] = await listAudit(sql);
    assert.deepEqual(others, [], "one that freed nothing leaves no row");
    assert.deepEqual([written.action, written.target, written.after], ["cleanup", "quarantine", {
      quarantine: "1 rows, 200 bytes",
    }]);
    const signing = openSigningKeys({ privatePem: newSigningKey(), trusted: [] });
    const { broken, rows } = await verifyAudit(sql, signing);
    assert.deepEqual([broken, rows], [null, 1]);
  }));

Deno.test("a class that cannot be cleaned up keeps no other one, is named, and what went stands in the audit", () =>
  withBench(async ({ sql, store }) => {
    await addPrediction(sql, 500);
    await sql`insert into quarantine (reason, body, source, fingerprint, received_at)
      values ('no price', '{}', 'api', 'f', ${daysAgo(100)})`;
    await sql`alter table predictions rename column horizon_days to days_ahead`;
    const deps = { sql, store, clock: () => NOW_MS, models: ["churn"], home: null };
    const note = { requestId: "cleanup/1", who: "the schedule", why: "once a day" };
    const classes = ["predictions", "quarantine"] as const;
    await assert.rejects(
      cleanUp(deps, { classes, dryRun: false, note }),
      /Cannot clean up predictions: .*horizon_days.* does not exist\. The other classes were$/,
    );
    assert.deepEqual([...await sql`select from quarantine`], []);
    assert.deepEqual((await listAudit(sql)).map(({ target }) => target), ["quarantine"]);
  }));
