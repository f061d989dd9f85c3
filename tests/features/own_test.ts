/** Features of a model's own: what they may read, and what is another definition. */
import assert from "node:assert/strict";
import fc from "fast-check";
import reviewers from "../../examples/models/reviewers.ts";
import { seededRandom } from "../../src/core/random.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { FEATURE_HASH, featureRow, FEATURES } from "../../src/features/definition.ts";
import { invent } from "../../src/features/invented.ts";
import { type OwnFeature, ownValue, pointInTimeFault } from "../../src/features/own.ts";
import { featuresOf } from "../../src/features/set.ts";
import { defineModel } from "../../src/models/model.ts";
import churn from "../../src/models/churn.ts";
import type { UserDay } from "../../src/features/user_day.ts";
import { dayOf, START_MS } from "./shoppers.ts";

const visits: OwnFeature = { name: "visits", means: "days with a visit", of: ({ days }) => days.length };
const hashOf = (...ownFeatures: OwnFeature[]) => featuresOf({ ownFeatures }).hash;

Deno.test("featuresOf() puts a model's own features after those of all, and watches them unless they move", async () => {
  const { names, rows, steady, meanings } = featuresOf({
    ownFeatures: [visits, { ...visits, name: "late", moves: true, of: ({ asOfMs }) => asOfMs / DAY_MS }],
  });
  const days = [dayOf(1, { purchases: 1 }), dayOf(4, { views: 2 })];
  const asOfMs = START_MS + 9 * DAY_MS;
  const [values] = await rows([{ days, asOfMs, horizonDays: 14 }]);
  assert.deepEqual(values.slice(0, FEATURES.length), featureRow(days, asOfMs, { horizonDays: 14 }));
  assert.deepEqual(values.slice(FEATURES.length), [2, asOfMs / DAY_MS]);
  assert.deepEqual(names.slice(FEATURES.length), ["visits", "late"]);
  assert.deepEqual([steady.includes("visits"), steady.includes("late")], [true, false]);
  assert.deepEqual(meanings.at(-2), { name: "visits", means: "days with a visit" });
});

Deno.test("the hash changes with source, version, name and events, and not with labels or layout", () => {
  const before = hashOf(visits);
  assert.equal(featuresOf(churn).hash, FEATURE_HASH);
  assert.notEqual(before, FEATURE_HASH);
  assert.notEqual(before, hashOf({ ...visits, of: ({ days }) => days.length + 0 }));
  assert.notEqual(before, hashOf({ ...visits, version: 2 }));
  assert.notEqual(before, hashOf({ ...visits, name: "visit_days" }));
  assert.notEqual(before, featuresOf({ ownFeatures: [visits], events: ["review"] }).hash);
  assert.equal(before, hashOf({ ...visits, means: "visits" }));
  assert.equal(
    before,
    hashOf({ ...visits, version: 1, of: new Function("return ({days})  =>\n days.length")() }),
  );
});

let asked = 0;
for (
  const [what, of, why] of [
    ["reads the clock", () => Date.now(), /reads the clock or chance/],
    [
      "reads the clock by its date",
      ({ days }) => days.length - new Date().getDay(),
      /reads the clock or chance/,
    ],
    ["goes by chance", () => Math.random(), /reads the clock or chance/],
    ["counts its calls", () => asked++, /gives another value once it was asked about a later moment/],
    [
      "changes the days",
      ({ days }) => (days as UserDay[]).sort((a, b) => b.day - a.day).length,
      /fails/,
    ],
    ["has no number", ({ days }) => String(days.length) as unknown as number, /a finite number, or NaN, not/],
    ["is infinite", () => 1 / 0, /a finite number/],
    ["throws", ({ days }) => days[1000].day, /fails on an invented shopper/],
  ] as [string, OwnFeature["of"], RegExp][]
) {
  Deno.test(`a feature that ${what} is refused`, () => {
    assert.match(pointInTimeFault({ ...visits, of }) ?? "", why);
    assert.throws(() => defineModel({ ...churn, ownFeatures: [{ ...visits, of }] }), why);
  });
}

Deno.test("a feature that remembers what came later is refused", () => {
  let largest = 0;
  const of: OwnFeature["of"] = ({ days }) => largest = Math.max(largest, ...days.map(({ spend }) => spend));
  assert.throws(
    () => defineModel({ ...churn, ownFeatures: [{ ...visits, of }] }),
    /gives another value once/,
  );
});

for (
  const [what, ownFeatures, events, why] of [
    ["a name that there is", [{ ...visits, name: "recency" }], [], /there is a feature "recency" already/],
    ["a name twice", [visits, visits], [], /there is a feature "visits" already/],
    ["a name that is none", [{ ...visits, name: "My visits" }], [], /"My visits" needs lower-case/],
    ["no label", [{ ...visits, means: " " }], [], /needs `means`/],
    ["half a version", [{ ...visits, version: 0.5 }], [], /whole number >= 1 as version, not 0.5/],
    [
      "events that every shop has",
      [visits],
      ["purchase"],
      /events names "purchase", which is counted in days/,
    ],
    ["events that cannot come", [visits], ["a b"], /events names "a b"/],
  ] as [string, OwnFeature[], string[], RegExp][]
) {
  Deno.test(`defineModel() refuses own features with ${what}`, () =>
    assert.throws(() => defineModel({ ...churn, ownFeatures, events }), why));
}

Deno.test("own features do not change, whatever comes at or after the moment", () => {
  const random = fc.integer({ min: 1, max: 2 ** 31 });
  fc.assert(
    fc.property(random, random, (seed, later) => {
      const { days, startMs, day } = invent(seededRandom(seed), reviewers.events!);
      const others = invent(seededRandom(later), reviewers.events!).days;
      const asOfMs = startMs + day * DAY_MS;
      const past = days.filter(({ lastMs }) => lastMs < asOfMs);
      const future = others.filter(({ firstMs }) => firstMs >= asOfMs);
      const seen = (all: typeof days) => ({
        days: all.filter(({ lastMs }) => lastMs < asOfMs),
        asOfMs,
        horizonDays: 21,
      });
      for (const feature of reviewers.ownFeatures!) {
        assert.ok(Object.is(ownValue(feature, seen(past)), ownValue(feature, seen([...past, ...future]))));
      }
    }),
    { seed: 7, numRuns: 50 },
  );
});
