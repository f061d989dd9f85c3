import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { withClicks } from "../../bench/incidents/clicks.ts";
import { judged } from "../../bench/incidents/episode.ts";
import { type IncidentKind, inject, KINDS, type Truth } from "../../bench/incidents/inject.ts";
import type { SentEvent, ShopRow } from "../../bench/incidents/rows.ts";
import type { Checked } from "../../bench/incidents/shop.ts";
import type { Answer } from "../../src/retraining/check.ts";
import { seededRandom } from "../../src/core/random.ts";
import { validateEvent } from "../../src/events/accept.ts";

const FIRST_MS = Date.UTC(2024, 0, 1);
const START_MS = FIRST_MS + 100 * DAY_MS;
const NAMES = Object.keys(KINDS) as IncidentKind[];

/** 200 days of a shop with 60 shoppers: the lower a shopper's number, the more often it orders; some lines come back. */
function aShop(): ShopRow[] {
  const random = seededRandom(5);
  const rows: ShopRow[] = [];
  for (let day = 0; day < 200; day++) {
    for (let shopper = 0; shopper < 60; shopper++) {
      if (random() > 0.5 / (1 + shopper / 6)) continue;
      for (let line = 0; line < 3; line++) {
        const price = 1 + Math.floor(20 * random());
        const type = random() < 0.05 ? "return" : "purchase";
        const product = `p${Math.floor(40 * random())}`;
        rows.push({
          id: `${day}-${shopper}-${line}`,
          type,
          user: `s${shopper}`,
          session: `${day}-${shopper}`,
          product,
          category: `c${product.slice(0, 2)}`,
          price,
          quantity: 2,
          amount: type === "return" ? -2 * price : 2 * price,
          timeMs: FIRST_MS + day * DAY_MS + (9 + line) * 3_600_000,
        });
      }
    }
  }
  return rows.sort((a, b) => a.timeMs - b.timeMs);
}

const ROWS = aShop();
const strong = (kind: IncidentKind, seed = 1) => inject(kind, ROWS, { startMs: START_MS, seed, strength: 1 });
const { events: CONTROL } = strong("control");
/** How events from the start on differ from those of the control: gone or changed, and added or changed. */
function differences(events: readonly SentEvent[]) {
  const key = (event: SentEvent) => JSON.stringify(event);
  const [ours, theirs] = [new Set(events.map(key)), new Set(CONTROL.map(key))];
  return {
    gone: CONTROL.filter((event) => !ours.has(key(event))),
    added: events.filter((event) => !theirs.has(key(event))),
  };
}

for (const kind of NAMES) {
  Deno.test(`inject("${kind}") leaves what was before its start, and gives the same for the same seed`, () => {
    for (const seed of [1, 2, 3, 4]) {
      const { events, truth } = strong(kind, seed);
      const { gone, added } = differences(events);
      assert.ok(
        [...gone, ...added].every(({ sentMs }) => sentMs >= START_MS && sentMs < truth.toMs + DAY_MS),
      );
      assert.equal(gone.length + added.length > 0, kind !== "control");
      assert.equal(JSON.stringify(events), JSON.stringify(strong(kind, seed).events));
      assert.ok(events.every((event, i) => i === 0 || events[i - 1].sentMs <= event.sentMs), "in order");
    }
  });

  // a control touches nothing; a clock shift everything, and differs by how much the clock is off
  if (kind === "control" || kind === "clock shift") continue;
  Deno.test(`inject("${kind}") at strength 0 touches less than at strength 1`, () => {
    const touched = (strength: number) => {
      const { gone, added } = differences(
        inject(kind, ROWS, { startMs: START_MS, seed: 7, strength }).events,
      );
      return gone.length + added.length;
    };
    assert.ok(touched(0) > 0 && touched(0) < touched(1), `${touched(0)} and ${touched(1)}`);
  });
}

Deno.test("inject() uses ids once, whatever the kind", () => {
  for (const kind of NAMES) {
    const ids = strong(kind).events.map(({ body }) => body.id);
    assert.equal(new Set(ids).size, ids.length, kind);
  }
});

Deno.test('inject("clock shift") is refused as the future where the clock is ahead, and accepted where it is behind', () => {
  const shifts = [1, 2, 3, 4, 5].map((seed) => strong("clock shift", seed));
  assert.deepEqual(
    new Set(shifts.map(({ truth }) => truth.text.split(" ")[4])),
    new Set(["ahead", "behind"]),
  );
  for (const { events, truth } of shifts) {
    const during = events.filter(({ sentMs }) => sentMs >= truth.fromMs && sentMs < truth.toMs);
    const verdicts = during.map(({ sentMs, body }) =>
      validateEvent(body, { nowMs: sentMs, pseudonym: (user) => user }).kind
    );
    const want = truth.text.includes("ahead") ? "quarantined" : "accepted";
    assert.deepEqual(new Set(verdicts), new Set([want]));
  }
});

Deno.test('inject("price in another unit") changes price and amount by one factor, in nothing else', () => {
  const { gone, added } = differences(strong("price in another unit").events);
  const ratios = added.map(({ body }, i) => Number(body.price) / Number(gone[i].body.price));
  assert.ok(
    added.every(({ body }, i) =>
      Math.abs(Number(body.amount) / Number(gone[i].body.amount) - ratios[0]) < 1e-9
    ),
  );
  assert.ok(ratios.every((ratio) => Math.abs(ratio - ratios[0]) < 1e-9) && Math.abs(ratios[0] - 1) > 0.2);
  const { price: _price, amount: _amount, ...others } = added[0].body;
  assert.deepEqual({ ...gone[0].body, ...others }, gone[0].body);
});

Deno.test('inject("stalled source") is silent on 5 trading days and no more', () => {
  const { gone, added } = differences(strong("stalled source").events);
  assert.equal(added.length, 0);
  assert.equal(new Set(gone.map(({ sentMs }) => Math.floor(sentMs / DAY_MS))).size, 5);
});

Deno.test('inject("seasonal peak") adds orders as they are: its lines have the shares of products they had', () => {
  const { gone, added } = differences(strong("seasonal peak").events);
  assert.equal(gone.length, 0);
  const share = (events: readonly SentEvent[]) =>
    events.filter(({ body }) => Number(String(body.product).slice(1)) < 20).length / events.length;
  assert.ok(Math.abs(share(added) - share(CONTROL)) < 0.05, `${share(added)} and ${share(CONTROL)}`);
});

Deno.test('inject("real change of preference") keeps the number of lines and turns who buys around', () => {
  const { events, truth } = strong("real change of preference");
  assert.equal(events.length, CONTROL.length);
  const lines = (of: readonly SentEvent[], user: string) =>
    of.filter(({ sentMs, body }) => sentMs >= truth.fromMs && body.user === user).length;
  assert.ok(lines(CONTROL, "s0") > 100 && lines(events, "s0") < lines(CONTROL, "s0") / 3);
});

Deno.test('inject("new catalogue") brings products never seen before its start, and lasts', () => {
  const { events } = strong("new catalogue");
  const before = new Set(events.filter(({ sentMs }) => sentMs < START_MS).map(({ body }) => body.product));
  const after = events.filter(({ sentMs }) => sentMs >= START_MS);
  assert.ok(after.every(({ body }) => !before.has(body.product)));
});

Deno.test("withClicks() keeps every real row and puts a view and a cart before each first product", () => {
  const all = withClicks(ROWS, 3);
  const real = all.filter(({ type }) => type === "purchase" || type === "return");
  assert.equal(JSON.stringify(real), JSON.stringify(ROWS));
  const count = (type: string) => all.filter((row) => row.type === type).length;
  assert.ok(
    count("view") > count("cart") && count("cart") >= ROWS.filter((r) => r.type === "purchase").length,
  );
  assert.ok(all.every((row) => row.type !== "view" || row.amount === null));
});

const truthOf = (answer: Truth["answer"]): Truth => ({
  kind: "control",
  answer,
  fromMs: START_MS,
  toMs: START_MS + 3 * DAY_MS,
  text: "",
});
const checkOn = (day: number, answer: Answer, broken: Checked["broken"] = []): Checked => ({
  asOfMs: START_MS + day * DAY_MS,
  answer,
  text: "",
  broken,
});
const finding = (day: number) => ({
  kind: "missing",
  subject: "user",
  fromMs: START_MS + day * DAY_MS,
  toMs: START_MS + (day + 1) * DAY_MS,
  toldMs: START_MS + (day + 1) * DAY_MS,
});

for (
  const [name, truth, last, right, daysToRight] of [
    [
      "is right on a finding within the incident",
      "fix data first",
      checkOn(2, "fix data first", [finding(1)]),
      true,
      2,
    ],
    [
      "is wrong on a finding of earlier trouble",
      "fix data first",
      checkOn(2, "fix data first", [finding(-9)]),
      false,
      null,
    ],
    ["is wrong where broken data were trained on", "fix data first", checkOn(2, "retrain"), false, null],
    ["is right where what passes is waited for", "wait", checkOn(17, "wait"), true, null],
    ["is wrong where what passes ends undecided", "wait", checkOn(17, "cannot tell yet"), false, null],
    ["is right where what lasts is learned", "retrain", checkOn(32, "retrain"), true, 32],
    [
      "is wrong where what lasts is taken for broken",
      "retrain",
      checkOn(32, "fix data first", [finding(1)]),
      false,
      null,
    ],
  ] as const
) {
  Deno.test(`judged() ${name}`, () => {
    const episode = judged(truthOf(truth), [checkOn(1, "wait"), last]);
    assert.deepEqual([episode.right, episode.daysToRight, episode.answer], [right, daysToRight, last.answer]);
  });
}
