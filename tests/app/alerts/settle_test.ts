import assert from "node:assert/strict";
import type { AlertKind, WantedAlert } from "../../../src/alerts/alert.ts";
import { createExtensionWatch, tellOfLeftOut } from "../../../src/app/alerts/extension_watch.ts";
import { settleAlerts, type Settled } from "../../../src/app/alerts/settle.ts";
import { getAlert, listAlerts } from "../../../src/db/alerts/alerts.ts";
import type { Database } from "../../../src/db/connect.ts";
import { waitUntil } from "../../../src/embedded/waiting.ts";
import { withDatabase } from "../../db/database.ts";
import { addLook, aDriftReport } from "../../monitoring/reports.ts";
import { anAlert, BOTH, NOW_MS, toldOf } from "./support.ts";

const settle = (
  sql: Database,
  wanted: WantedAlert[],
  {
    kinds = ["drift"] as AlertKind[],
    model = "churn" as string | null,
    observation = undefined as string | undefined,
  } = {},
): Promise<Settled> =>
  settleAlerts(sql, { scope: { kinds, model }, wanted, closedWhy: "no longer found" }, {
    observation,
    channels: BOTH,
    nowMs: NOW_MS,
  });

const openKeys = async (sql: Database) => (await listAlerts(sql)).map(({ key }) => key).sort();

for (
  const [kind, looks] of [
    ["degradation", 2],
    ["drift", 2],
    ["predictive", 2],
    ["quality", 2],
    ["stalled worker", 1],
    ["missed check", 1],
  ] as const
) {
  Deno.test(`settleAlerts() closes a ${kind} alert after ${looks} looks in a row without it`, () =>
    withDatabase(async (sql) => {
      const wanted = [anAlert({ kind })];
      const scope = { kinds: [kind] };
      const { opened: [{ id }] } = await settle(sql, wanted, scope);
      for (let look = 1; look < looks; look++) assert.deepEqual((await settle(sql, [], scope)).closed, []);
      const { closed } = await settle(sql, [], scope);
      assert.deepEqual(closed.map((a) => [a.id, a.closedWhy]), [[id, "no longer found"]]);
      assert.deepEqual(await toldOf(sql, id), [
        "opened log",
        "opened webhook",
        "closed log",
        "closed webhook",
      ]);
    }));
}

Deno.test("settleAlerts() begins to count anew, when an alert is found again in between", () =>
  withDatabase(async (sql) => {
    for (const found of [true, false, true, false]) await settle(sql, found ? [anAlert()] : []);
    assert.deepEqual(await openKeys(sql), ["drift/churn/2"]);
    await settle(sql, []);
    assert.deepEqual(await openKeys(sql), []);
  }));

Deno.test("settleAlerts() leaves alone what the look cannot speak about", () =>
  withDatabase(async (sql) => {
    const others = [
      anAlert({ key: "of another model", model: "spending" }),
      anAlert({ key: "of no model", model: null }),
      anAlert({ key: "of another kind", kind: "degradation" }),
    ];
    await settle(sql, [anAlert(), ...others]);
    for (let look = 0; look < 3; look++) await settle(sql, [], { kinds: [] });
    assert.equal((await openKeys(sql)).length, 4, "a look that cannot tell closes nothing");
    for (let look = 0; look < 3; look++) await settle(sql, []);
    assert.deepEqual(await openKeys(sql), others.map(({ key }) => key).sort());
  }));

Deno.test("settleAlerts() lets a stored look count once, however often it is settled", () =>
  withDatabase(async (sql) => {
    const [found, first, second] = await Promise.all(
      [1, 2, 3].map(() => addLook(sql, "drift", aDriftReport())),
    );
    const { opened: [{ id }] } = await settle(sql, [anAlert()], { observation: found.id });
    for (let retry = 0; retry < 3; retry++) await settle(sql, [anAlert()], { observation: found.id });
    assert.equal((await getAlert(sql, id)).seen, 1);
    for (let retry = 0; retry < 3; retry++) await settle(sql, [], { observation: first.id });
    assert.deepEqual(await openKeys(sql), ["drift/churn/2"]);
    await settle(sql, [], { observation: second.id });
    assert.deepEqual(await openKeys(sql), []);
  }));

Deno.test("settleAlerts() does all of it or nothing", () =>
  withDatabase(async (sql) => {
    const look = await addLook(sql, "drift", aDriftReport());
    const broken = anAlert({ key: "b", severity: "none" as never });
    await assert.rejects(settle(sql, [anAlert(), broken], { observation: look.id }));
    assert.deepEqual(await openKeys(sql), []);
    await settle(sql, [anAlert()], { observation: look.id });
    assert.deepEqual(await openKeys(sql), ["drift/churn/2"], "the look was not used up");
  }));

Deno.test("settleAlerts() by many at once opens each key once, tells it once, and none waits for ever", () =>
  withDatabase(async (sql) => {
    const keys = ["a", "b", "c"].map((key) => anAlert({ key, kind: "missed check" }));
    const scope = { kinds: ["missed check"] as AlertKind[] };
    const settlers = Array.from(
      { length: 12 },
      (_, i) => settle(sql, i % 2 ? keys : keys.toReversed(), scope),
    );
    await Promise.all(settlers);
    assert.deepEqual((await listAlerts(sql, { open: false })).map((a) => [a.key, a.seen]).sort(), [
      ["a", 12],
      ["b", 12],
      ["c", 12],
    ]);
    await Promise.all([settle(sql, keys.slice(0, 1), scope), settle(sql, keys.slice(1), scope)]);
    assert.match((await openKeys(sql)).join(), /^(a|b,c)$/, "one after the other, never half of each");
    const [{ n }] = await sql`select count(*)::int as n from deliveries where event = 'opened'
      group by alert_id, channel order by n desc limit 1`;
    assert.equal(n, 1);
  }));

Deno.test("an extension that fails opens an alert until it answers, one that is left out until it is not", () =>
  withDatabase(async (sql) => {
    const deps = { sql, clock: () => NOW_MS, channels: BOTH, log: () => undefined };
    const hear = createExtensionWatch(deps);
    const news = (fault: string | null, part?: string) =>
      hear({ file: "a.ts", kind: "quality check", name: "a", part, fault });
    const opened = (keys: readonly string[]) =>
      waitUntil(async () => (await openKeys(sql)).join() === keys.join(), { withinMs: 20_000, everyMs: 20 });
    for (const fault of [null, "it did not answer within 10 s", "it did not answer within 10 s"]) news(fault);
    assert.ok(await opened(["extension/a.ts"]));
    const [{ title, severity }] = await listAlerts(sql);
    assert.equal(
      title,
      'The quality check "a" (a.ts) fails, and is passed over: it did not answer within 10 s',
    );
    assert.equal(severity, "warning");
    news("it fails", "label");
    news(null); // as a feature that answers beside a label that fails
    news(null, "label");
    assert.ok(await opened([]));
    assert.equal((await listAlerts(sql, { open: false })).length, 1, "it was one alert");
    const left = { file: "b.ts", kind: null, name: null, may: "nothing", fault: "no bell" };
    await tellOfLeftOut(deps, [left]);
    assert.deepEqual(await openKeys(sql), ["extension/b.ts"]);
    await tellOfLeftOut(deps, []);
    assert.deepEqual(await openKeys(sql), []);
  }));
