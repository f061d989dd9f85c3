/** A person is erased by the real workflow, and then looked for everywhere. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { forTemporal } from "../../../activities/context.ts";
import { createPrivacyActivities } from "../../../activities/privacy.ts";
import { featureBlock, labelBlock, type Protocol } from "../../../src/app/features/blocks.ts";
import { registerVersion } from "../../../src/app/registry/signatures.ts";
import { openSigning } from "../../../src/app/security/signing_key.ts";
import { NotFoundError } from "../../../src/core/errors.ts";
import { DAY_MS } from "../../../src/core/time.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { saveSnapshot } from "../../../src/db/cycles/snapshots.ts";
import { getPrivacyRequest } from "../../../src/db/people/privacy_requests.ts";
import { verifyRedactions } from "../../../src/db/people/redactions.ts";
import { countEvents, insertEvents } from "../../../src/db/events/events.ts";
import { moveServing } from "../../../src/db/models/serving.ts";
import { grantApp } from "../../../src/db/roles.ts";
import { cacheHome } from "../../../src/embedded/home.ts";
import { readFeatures, readUsers } from "../../../src/features/shards.ts";
import { FEATURE_HASH } from "../../../src/features/definition.ts";
import { loadModels } from "../../../src/models/mod.ts";
import churn from "../../../src/models/churn.ts";
import { type FileArtefacts, fileArtefacts } from "../../../src/registry/artefacts.ts";
import { openValue, sealValue } from "../../../src/registry/sealed.ts";
import type { SigningKeys } from "../../../src/security/signing.ts";
import { privacyRequestId, temporalControl } from "../../../src/temporal/control_client.ts";
import { installRuntime } from "../../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../../src/temporal/worker.ts";
import { manifestOf, NOW, pseudonym, type Served, withApp } from "../../api/support.ts";
import {
  asAdministrator,
  freshNamespace,
  freshTaskQueue,
  sharedInstallation,
} from "../../support/installation.ts";
import { event } from "../../db/events_support.ts";
import { writeAudit } from "../../../src/db/access/audit.ts";
import { foundInDump, foundInFiles } from "./search.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const MARIE = "marie.sklodowska-7391";
const PROTOCOL = { activeDays: 90, activity: "purchase", horizonDays: 28 } as const;
const IN_SHARDS = { ...PROTOCOL, shardShoppers: 8 };
const CUTOFF_MS = Date.parse(NOW) - 30 * DAY_MS;

interface Bench extends Served {
  store: FileArtefacts;
  signing: SigningKeys;
  client: Client;
  home: string;
}

/** The API and a worker that carries out privacy requests, with the role of the app. */
async function withBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  installRuntime(() => undefined);
  const { temporalAddress: address } = await sharedInstallation();
  const namespace = await freshNamespace();
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace });
  const taskQueue = freshTaskQueue();
  const home = await Deno.makeTempDir();
  const signing = await openSigning({ home });
  const control = temporalControl(client, { taskQueue });
  try {
    await withApp(async (served) => {
      const store = fileArtefacts(`${home}/artefacts`);
      const sql = await asApp(served.sql);
      const deps = {
        sql,
        store,
        signing,
        clock: () => Date.parse(NOW),
        models: await loadModels(),
        rememberedMs: 0,
      };
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue,
        workflowBundle: {
          codePath: await bundledWorkflows(cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() }), {
            queues: "one",
          }),
        },
        activities: forTemporal(createPrivacyActivities(deps)),
      });
      await worker.runUntil(() => work({ ...served, store, signing, client, home }));
      await sql.end({ timeout: 5 });
    }, { control, checkSignature: signing.check });
  } finally {
    await connection.close();
    await Deno.remove(home, { recursive: true });
  }
}

/** The same database with the role that the app has. */
async function asApp(owner: Database): Promise<Database> {
  const password = "0123456789abcdef0123456789abcdef";
  await grantApp(owner, { role: "perennial_app", password });
  const { databaseUrl } = await sharedInstallation();
  const [{ name }] = await owner`select current_database() as name`;
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  url.username = "perennial_app";
  url.password = password;
  return connect(url.href, { max: 4 });
}

/** Marie among twenty shoppers: events, one refused, predictions, blocks, a version that serves, evidence. */
async function fill(
  { call, sql, store, signing }: Bench,
  protocol: Protocol = PROTOCOL,
): Promise<{ key: string; block: string; evidence: string }> {
  const events = Array.from({ length: 21 }, (_, i) => i === 0 ? MARIE : `shopper ${i}`).flatMap((user, i) =>
    [70, 50, 40, 20, 5].map((days, nth) => ({
      id: `${i}-${nth}`,
      type: "purchase",
      user,
      product: `p${nth}`,
      price: 3 + i,
      quantity: 1,
      time: Date.parse(NOW) - days * DAY_MS - i * 1000,
    }))
  );
  assert.equal(
    (await call("POST", "/events", [...events, { ...events[0], id: "bad", price: -1 }])).status,
    200,
  );
  const [{ key }] = await sql`select key from people where hash = ${pseudonym(MARIE)}`;
  await sql`insert into predictions (model, version, user_key, as_of, prediction, fallback, feature_hash)
    values ('churn', 1, ${key}, ${NOW}, 0.25, false, 'f')`;
  const { sha256: block, rows } = await featureBlock({ sql, store }, protocol, CUTOFF_MS);
  const labels = await labelBlock({ sql, store }, churn, protocol, { cutoffMs: CUTOFF_MS, features: block });
  const blocks = [{ cutoff: new Date(CUTOFF_MS).toISOString(), rows, features: block, labels }];
  const snapshot = {
    id: "snapshot-1",
    model: "churn",
    asOf: NOW,
    featureHash: FEATURE_HASH,
    horizonDays: 28,
  };
  await saveSnapshot(sql, { ...snapshot, eventsSeen: 100, rows, blocks });
  const manifest = { ...manifestOf("churn", 1), snapshotId: "snapshot-1" };
  const version = await registerVersion(sql, signing, {
    manifest,
    artefactSha256: await store.put(Uint8Array.of(7)),
  });
  const move = {
    model: "churn",
    version,
    expected: null,
    kind: "deploy",
    key: "k",
    by: "ann",
    why: "",
    asOf: NOW,
  } as const;
  await moveServing(sql, move);
  const number = parseInt(key.slice(0, 8), 16) | 0;
  const evidence = await sealValue(store, {
    rows: { shopper: [5, number, number], outcome: [1, 0, 1] },
    key,
  });
  return { key, block, evidence };
}

/** Everything that an erased person is looked for in, after a checkpoint and with new WAL. */
async function search(bench: Bench, words: string[]): Promise<string[]> {
  const { databaseUrl } = await sharedInstallation();
  const [{ oid }] = await bench.sql`select oid::int from pg_database where datname = current_database()`;
  let folder = "";
  await asAdministrator(databaseUrl, async (sql) => {
    for (let round = 0; round < 2; round++) await sql`checkpoint`.then(() => sql`select pg_switch_wal()`);
    await sql`checkpoint`;
    [{ folder }] = await sql`select current_setting('data_directory') as folder`;
  });
  const isOurs = (path: string) =>
    path.includes(`/base/${oid}/`) || path.includes("/pg_wal/") || path.includes("/global/");
  return [
    ...await foundInDump(bench.sql, words),
    ...await foundInFiles(folder, words, { only: isOurs }),
    ...await foundInFiles(`${bench.home}/artefacts`, words),
    ...await foundInFiles(dirname(folder), words, { only: (path) => /temporal|\.log$/.test(path) }),
    ...words.filter((word) => bench.logged.some((line) => line.includes(word))),
  ];
}

/** Files can be searched only where no other test's snapshot keeps old rows in them: alone on the server. */
const isBesideOthers = Deno.env.get("CI") === "true";

Deno.test(
  "an erased person is in no dump, data file, WAL, artefact, log or history of Temporal; the receipt proves it",
  { ...options, ignore: isBesideOthers },
  () =>
    withBench(async (bench) => {
      const { call, sql, store, client } = bench;
      const { key, block, evidence } = await fill(bench, IN_SHARDS);
      const words = [MARIE, pseudonym(MARIE), key];
      await sql`analyze`; // samples of the values of a column lie in a table of their own
      const before = await search(bench, words);
      for (const place of ["public.events", "public.quarantine", "public.people", "/base/", "artefacts"]) {
        assert.ok(
          before.some((found) => found.includes(place)),
          `it is found in ${place} at first: ${before}`,
        );
      }
      const eventsBefore = await countEvents(sql, { beforeMs: Date.parse(NOW) });

      const begun = await call("DELETE", `/people/${MARIE}?why=she+asked+for+it`);
      assert.equal(begun.status, 202);
      const { request } = await begun.json();
      await client.workflow.getHandle(privacyRequestId(request)).result();

      assert.deepEqual(await search(bench, words), []);
      assert.equal(
        await countEvents(sql, { beforeMs: Date.parse(NOW) }),
        eventsBefore - 5,
        "the counts of days follow",
      );
      const told = await (await call("GET", `/privacy/requests/${request}`)).json();
      assert.equal(told.signed, "valid");
      assert.deepEqual(told.chain, { entries: 2, firstBroken: null });
      assert.deepEqual(told.found, {
        events: 5,
        days: 5,
        predictions: 1,
        quarantined: 1,
        otherRows: 0,
        keptRows: 0,
        files: 2,
      });
      assert.deepEqual(told.receipt.versions, [{ model: "churn", version: 1, serves: true }]);
      assert.deepEqual(told.receipt.snapshots, ["snapshot-1"]);
      assert.equal((await call("GET", `/people/${MARIE}/export?why=a+look`)).status, 404);

      const { users, features, width } = await readFeatures(store, block);
      assert.equal(users.length, 21, "rows keep their places");
      const blank = users.map((_, i) => features.subarray(i * width, (i + 1) * width).every(Number.isNaN));
      assert.equal(blank.filter(Boolean).length, 1);
      const { rows } = await openValue(store, evidence) as { rows: { shopper: number[]; outcome: number[] } };
      assert.deepEqual([rows.shopper[0], rows.shopper[1] === rows.shopper[2], rows.outcome], [5, true, [
        1,
        0,
        1,
      ]]);
      const again = await featureBlock({ sql, store }, IN_SHARDS, CUTOFF_MS);
      assert.equal(again.rows, 20, "the next snapshot does not have her");
    }),
);

Deno.test(
  "an objection has the blocks that the person is in built again without them, and erases nothing",
  options,
  () =>
    withBench(async (bench) => {
      const { call, sql, store, client } = bench;
      const { key } = await fill(bench);
      const begun = await call("POST", "/privacy/objections", { user: MARIE, why: "by mail" });
      const { request } = await begun.json();
      await client.workflow.getHandle(privacyRequestId(request)).result();
      const { sha256, rows } = await featureBlock({ sql, store }, PROTOCOL, CUTOFF_MS);
      assert.equal(rows, 20);
      assert.ok(!(await readUsers(store, sha256)).includes(key));
      assert.equal((await sql`select from events where user_key = ${key}`).length, 5);
      const told = await (await call("GET", `/privacy/requests/${request}`)).json();
      assert.deepEqual([told.signed, told.receipt.kind, told.redactions], ["valid", "objection", []]);
    }),
);

Deno.test("a request is carried out as the kind that it is, whatever a workflow that is begun by hand says", () =>
  withApp(async (served) => {
    const { call, sql } = served;
    const home = await Deno.makeTempDir();
    const store = fileArtefacts(`${home}/artefacts`);
    const signing = await openSigning({ home });
    const { key } = await fill({ ...served, store, signing } as Bench);
    const steps = createPrivacyActivities({
      sql,
      store,
      signing,
      clock: () => Date.parse(NOW),
      models: await loadModels(),
    });
    const ask = async (what: string) =>
      (await (await call("POST", `/privacy/${what}`, { user: MARIE, why: "by mail" })).json()).request;
    const objection = await ask("objections");
    for (const step of ["forgetPerson", "erasePersonRows", "redactPersonFiles"] as const) {
      await assert.rejects(steps[step]({ request: objection }), NotFoundError, step);
    }
    await steps.closePrivacyRequest({ request: objection });
    const erasure = await ask("erasures");
    await assert.rejects(steps.dropPersonBlocks({ request: erasure }), NotFoundError);
    await assert.rejects(steps.forgetPerson({ request: "no uuid" }), NotFoundError);
    assert.equal((await sql`select from events where user_key = ${key}`).length, 5);
    await Deno.remove(home, { recursive: true });
  }));

Deno.test("what comes in under the old key while an erasure runs is gone after its second round; a retrain follows the setting", () =>
  withApp(async (served) => {
    const { call, sql } = served;
    const home = await Deno.makeTempDir();
    const store = fileArtefacts(`${home}/artefacts`);
    const signing = await openSigning({ home });
    const { key, block } = await fill({ ...served, store, signing } as Bench);
    await call("PATCH", "/retraining/config", { after_erasure: "now" });
    const { request } = await (await call("POST", "/privacy/erasures", { user: MARIE, why: "by mail" }))
      .json();
    const deps = { sql, store, signing, clock: () => Date.parse(NOW), models: await loadModels() };
    const steps = createPrivacyActivities(deps);
    await writeAudit(sql, {
      requestId: "r",
      who: "ann",
      action: "stop",
      target: "churn",
      why: `shopper ${key} complained`,
    });
    // a shard of others that ends where hers would begin: her key is its end
    await sql`insert into feature_shards (key, cutoff, events_seen, number, from_key, to_key, sha256, rows)
      values ('k', ${NOW}, 1, 0, null, ${key}, 'of others', 8)`;
    assert.deepEqual(await steps.forgetPerson({ request }), { settleMs: 600_000 });
    await steps.erasePersonRows({ request });
    await steps.redactPersonFiles({ request });
    await insertEvents(sql, [event({ userKey: key, atMs: Date.parse(NOW) - DAY_MS })]); // by who still remembers her
    const late = await sealValue(store, { key });
    await steps.erasePersonRows({ request });
    await steps.redactPersonFiles({ request });
    await steps.closePrivacyRequest({ request });
    await steps.closePrivacyRequest({ request }); // again changes nothing
    assert.equal((await sql`select from events where user_key = ${key}`).length, 0);
    assert.deepEqual(await foundInDump(sql, [key]), [`${key} in public.audit`]);
    assert.equal((await sql`select from feature_shards`).length, 1, "others' shard stays");
    assert.ok(!JSON.stringify(await openValue(store, late)).includes(key));
    const { found, receipt } = await getPrivacyRequest(sql, request);
    assert.deepEqual([found.events, found.files, found.otherRows, found.keptRows], [6, 3, 1, 1]);
    assert.deepEqual(receipt!.retraining, { policy: "now", begun: ["churn"] });
    const messages = await sql`select message from outbox where target = 'retrainer/churn'`;
    assert.deepEqual(messages.map(({ message }) => message.action), ["force"]);
    const counted = await sql`select sum(events)::int as n from day_counts`;
    assert.equal(
      counted[0].n,
      (await sql`select from events`).length,
      "counts of days are those of the events",
    );
    await sql`update redactions set what = 'nothing' where number = 2`.then(
      () => assert.fail("the chain can be rewritten"),
      (error) => assert.match(error.message, /append-only/),
    );
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = 'replica'`; // past the trigger, as only an administrator may
      await tx`update redactions set what = 'nothing' where number = 2`;
    });
    assert.deepEqual(await verifyRedactions(sql), { entries: 3, firstBroken: 2 });
    assert.ok(await store.getRows(block));
    await Deno.remove(home, { recursive: true });
  }));
