import assert from "node:assert/strict";
import { connect, type Database } from "../../src/db/connect.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { countAccepted } from "../../src/db/monitoring/quality_findings.ts";
import {
  checkedScope,
  createScope,
  dropScope,
  OWN_TABLES,
  scopeOf,
  SHARED_TABLES,
} from "../../src/db/backtests/scopes.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { moveServing, servingVersion } from "../../src/db/models/serving.ts";
import { listVersions } from "../../src/db/models/versions.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { addVersions, deployment } from "./models_support.ts";

const SCOPE = scopeOf("1f0c-2a", 1);
const config = RetrainingConfig.parse({ seed: 5 });

async function withScope(work: (live: Database, within: Database) => Promise<void>): Promise<void> {
  await using database = await migratedDatabase();
  const live = connect(database.url, { max: 2 });
  const within = connect(database.url, { max: 2, schema: SCOPE });
  try {
    await work(live, within);
  } finally {
    await Promise.all([live.end({ timeout: 5 }), within.end({ timeout: 5 })]);
  }
}

Deno.test("every table is either a scope's own or shared: a new one has to be thought about", () =>
  withScope(async (live) => {
    const tables = await live`select relname as name from pg_class where relkind = 'r'
      and relnamespace = 'public'::regnamespace order by relname collate "C"`;
    assert.deepEqual(tables.map(({ name }) => name), [...OWN_TABLES, ...SHARED_TABLES].sort());
  }));

Deno.test("a scope has everybody's events, a registry of its own, and leaves no trace", () =>
  withScope(async (live, within) => {
    await addVersions(live, 2);
    await moveServing(live, deployment(2, null));
    await live`insert into quality_findings (key, kind, subject, first_seen, last_seen, accepted_at, accepted_by)
      values ('a', 'missing', 'price', now(), now(), now(), 'ann'), ('b', 'missing', 'type', now(), now(), null, null)`;
    await live`insert into events (event_id, type, at) values ('e', 'view', now())`;
    await live`insert into day_counts (day, type, events, anonymous, priced, first_at, last_at, slot)
      values (100, 'view', 7, 7, 0, to_timestamp(100 * 86400), to_timestamp(100 * 86400), 0)`;
    await createScope(live, SCOPE, { config, why: "a test" });
    await createScope(live, SCOPE, { config: RetrainingConfig.parse({}), why: "again" });
    assert.deepEqual([await servingVersion(within, "churn"), await listVersions(within, "churn")], [
      null,
      [],
    ]);
    assert.equal((await currentConfig(within)).config.seed, 5, "made once");
    assert.equal(await countAccepted(within), 1);
    const [{ n }] = await within`select count(*)::int as n from events`;
    assert.equal(n, 1);
    const beforeMs = 101 * 86_400_000;
    assert.equal(await countEvents(within, { beforeMs }), await countEvents(live, { beforeMs }));
    await addVersions(within, 1);
    await moveServing(within, deployment(1, null));
    assert.deepEqual([await servingVersion(within, "churn"), await servingVersion(live, "churn")], [1, 2]);
    assert.deepEqual((await listVersions(live, "churn")).map(({ version }) => version), [2, 1]);
    await dropScope(live, SCOPE);
    await dropScope(live, SCOPE);
    const [left] = await live`select from pg_namespace where nspname = ${SCOPE}`;
    assert.equal(left, undefined);
    assert.equal(await servingVersion(live, "churn"), 2);
  }));

Deno.test("createScope() tells nobody: what its tables hear wakes no delivery and no server", () =>
  withScope(async (live) => {
    await createScope(live, SCOPE, { config, why: "a test" });
    const triggers = await live`select tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
      where relnamespace = ${SCOPE}::regnamespace and not tgisinternal`;
    assert.deepEqual([...triggers], []);
  }));

Deno.test("checkedScope() lets only the schemas of backtests into a statement", () => {
  assert.equal(checkedScope(SCOPE), "backtest_1f0c_2a_1");
  for (const bad of ["public", "backtest_", "backtest_a; drop schema public", 'backtest_a"', "Backtest_a"]) {
    assert.throws(() => checkedScope(bad), RangeError, bad);
  }
});
