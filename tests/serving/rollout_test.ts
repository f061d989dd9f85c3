import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { addPeople, event, keyOf } from "../db/events_support.ts";
import { pseudonym } from "../api/support.ts";
import { eventually, inServingShop, NOW_MS, row, type ServingShop } from "./serving_shop.ts";
import { tinyArtefact } from "./artefact.ts";

const SHOPPERS = Array.from({ length: 200 }, (_, i) => `shopper ${i}`);
const rows = SHOPPERS.map((user) => row(3, user));
/** Overflows to infinity for any recency but 0. */
const endless = tinyArtefact(3, { slope: 3e38 });

/** Champion 1 and challenger 2, of which shoppers have a share. */
async function rollOut(
  { deploy, share, predict }: ServingShop,
  { challenger = tinyArtefact(2), of = 0.3, shown = true } = {},
): Promise<void> {
  await deploy(tinyArtefact(1));
  await predict({ row: row(3) }); // it is in memory now
  const version = await deploy(challenger, { serve: false });
  await share([{ version, share: of, shown }]);
}

const versionsOf = ({ predictions }: { predictions: { version?: number | null }[] }) =>
  predictions.map(({ version }) => version);

/** Waits until the arms are heard of: a challenger has been shown. */
const heard = (shop: ServingShop) =>
  eventually(async () => versionsOf(await shop.predict({ rows })).includes(2));

Deno.test("a rollout shows each shopper the same version, by row and by id, and moves them one way as it grows", () =>
  inServingShop(async (shop) => {
    const { sql, share, predict } = shop;
    await rollOut(shop);
    await insertEvents(
      sql,
      SHOPPERS.map((user) => event({ userKey: pseudonym(user), atMs: NOW_MS - 3 * DAY_MS })),
    );
    await addPeople(sql, SHOPPERS.map(pseudonym));
    await heard(shop);
    const first = await predict({ rows });
    const shownTo = versionsOf(first);
    const challenged = shownTo.filter((version) => version === 2).length;
    assert.ok(challenged > 35 && challenged < 85, `${challenged} of 200 for a share of 0.3`);
    assert.deepEqual(versionsOf(await predict({ users: SHOPPERS })), shownTo);
    assert.deepEqual(versionsOf(await predict({ row: rows[7] })), [shownTo[7]]);
    assert.deepEqual([first.version, first.fallback], [1, false]);
    assert.ok(
      first.predictions.every(({ version, arm }) => arm === (version === 2 ? "challenger" : "champion")),
    );
    await share([{ version: 2, share: 0.7, shown: true }]);
    await eventually(async () => versionsOf(await predict({ rows })).filter((v) => v === 2).length > 110);
    const grown = versionsOf(await predict({ rows }));
    assert.ok(shownTo.every((version, i) => version === 1 || grown[i] === 2), "nobody moves back");
  }));

Deno.test("rows without a shopper are assigned by what they hold, and stored nowhere", () =>
  inServingShop(async (shop) => {
    const { sql, close, predict } = shop;
    await rollOut(shop, { of: 0.5 });
    const nobodys = Array.from({ length: 100 }, (_, i) => row(i));
    await eventually(async () => versionsOf(await predict({ rows: nobodys })).includes(2));
    const [first, again] = [
      await predict({ rows: nobodys }),
      await predict({ rows: [...nobodys].reverse() }),
    ];
    assert.deepEqual(versionsOf(again).reverse(), versionsOf(first));
    assert.equal(new Set(versionsOf(first)).size, 2);
    assert.equal(first.predictions[0].user, null);
    await close();
    assert.equal((await sql`select 1 from predictions`).count, 0);
  }));

Deno.test("every version's answer is stored, and which of them the shopper was shown", () =>
  inServingShop(async (shop) => {
    const { sql, close, predict } = shop;
    await rollOut(shop);
    await heard(shop);
    await close(); // drained
    await sql`delete from predictions`;
    const shown = versionsOf(await predict({ rows: rows.slice(0, 40) }));
    await close();
    const stored = await sql`select version, user_key, arm, shown, fallback, horizon_days, segment, prediction
      from predictions order by version`;
    assert.equal(stored.length, 80);
    for (const [i, user] of SHOPPERS.slice(0, 40).entries()) {
      const key = await keyOf(sql, user, pseudonym);
      const pair = stored.filter((one) => one.userKey === key);
      assert.deepEqual(pair.map(({ version, arm }) => [version, arm]), [[1, "champion"], [2, "challenger"]]);
      assert.deepEqual(pair.filter((one) => one.shown).map(({ version }) => version), [shown[i]]);
    }
    const { prediction, ...one } = stored[0];
    assert.ok(Math.abs(prediction - 0.1) < 1e-6);
    assert.deepEqual([one.fallback, one.horizonDays, one.segment], [false, 28, "6 or more baskets"]);
  }));

Deno.test("a shadow answers every row, and is shown to nobody", () =>
  inServingShop(async (shop) => {
    const { sql, close, predict } = shop;
    await rollOut(shop, { shown: false });
    await eventually(async () => {
      assert.ok(versionsOf(await predict({ rows })).every((version) => version === 1));
      return (await sql`select 1 from predictions where version = 2 limit 1`).count > 0;
    });
    await close();
    const counted =
      await sql`select shown, count(*)::int as n from predictions where version = 2 group by shown`;
    assert.deepEqual(counted.map(({ shown }) => shown), [false]);
    const [minute] = await sql`select sum(answers)::int as answers, sum(errors)::int as errors
      from serving_minutes where version = 2`;
    assert.deepEqual([minute.answers, minute.errors], [counted[0].n, 0]);
  }));

Deno.test("where a challenger says what is no number its shoppers hear the champion, and it is counted", () =>
  inServingShop(async (shop) => {
    const { sql, close, predict } = shop;
    await rollOut(shop, { challenger: endless });
    await eventually(async () => (await predict({ rows })).fallback);
    await close();
    await sql`delete from serving_minutes`;
    const { predictions, fallback, version } = await predict({ rows });
    assert.deepEqual([version, fallback], [1, true]);
    assert.ok(predictions.every((p) => p.version === 1 && p.arm === "champion"));
    const fallbacks = predictions.filter((p) => p.fallback).length;
    assert.ok(fallbacks > 35 && fallbacks < 85, String(fallbacks));
    await close();
    const minutes = await sql`select version, answers::int, errors::int, fallbacks::int, latency
      from serving_minutes order by version`;
    assert.deepEqual(
      minutes.map(({ version, answers, errors, fallbacks }) => [version, answers, errors, fallbacks]),
      [
        [1, 200 - fallbacks, 0, 0],
        [2, fallbacks, fallbacks, fallbacks],
      ],
    );
    const requests = minutes.map(({ latency }) => Object.values(latency as Record<string, number>));
    assert.deepEqual(requests, [[1], [1]]); // one request with rows of both
  }));

Deno.test("a challenger whose file is damaged is passed over for the champion, with an alert", () =>
  inServingShop(async (shop) => {
    const { sql, deploy, share, pathOf, predict } = shop;
    await deploy(tinyArtefact(1));
    await predict({ row: row(3) });
    const version = await deploy(tinyArtefact(2), { serve: false });
    await Deno.truncate(await pathOf(version), 20);
    await share([{ version, share: 0.5, shown: true }]);
    await eventually(async () => (await predict({ rows })).fallback);
    const { predictions } = await predict({ rows });
    assert.ok(predictions.every((p) => p.version === 1));
    assert.deepEqual((await listAlerts(sql)).map(({ key }) => key), ["damaged/churn/2"]);
  }));

for (
  const [name, versions, want] of [
    ["the last known good version", [tinyArtefact(1), endless], [1, "known good", 0.1]],
    ["the baseline, when there is none", [endless], [null, "baseline", 0.68]],
  ] as const
) {
  Deno.test(`where the champion says what is no number the answer is that of ${name}`, () =>
    inServingShop(async ({ deploy, predict }) => {
      for (const bytes of versions) await deploy(bytes);
      const said = await predict({ rows: [row(3, "ann"), row(0, "bob")] });
      const [ann, bob] = said.predictions.map(({ version, arm, prediction, fallback }) => [
        version,
        arm,
        Math.round(prediction! * 100) / 100,
        fallback,
      ]);
      assert.deepEqual(ann, [...want, true]);
      assert.deepEqual(bob, [versions.length, "champion", 0.3, false]); // that row it can answer
      assert.deepEqual([said.version, said.fallback], [versions.length, true]);
    }));
}
