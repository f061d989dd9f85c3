/** Labels and own features that fail for some shoppers of the shop only. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { hearExtensions, type OwnNews } from "../../src/app/extensions.ts";
import { askInThread } from "../../src/app/own_models.ts";
import { OwnCodeError } from "../../src/core/errors.ts";
import { featuresOf, SHARED_FEATURES } from "../../src/features/set.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { loadOwnModels } from "../../src/models/own.ts";
import { outcomesOf } from "../../src/models/outcome.ts";
import { dayOf, START_MS } from "../features/shoppers.ts";

/** What they do is told by the number of views of a day, which no invented shopper has. */
const ODD_MODEL = `import { defineModel } from "perennial";
const odd = (days) => {
  for (const { views } of days) {
    if (views === 1001) for (;;);
    if (views === 1002) for (const all = [];;) all.push(new Array(100000).fill(views));
    if (views === 1003) throw Object.create(null);
    if (views === 1004) throw new TypeError("no stars");
    if (views === 1005) return Infinity;
    if (views === 1006) return Promise.resolve(1);
    if (views === 1007) return "7";
    if (views === 1008) days[0].views = 5;
  }
  return days.length;
};
export default defineModel({
  name: "odd", kind: "regression", question: "How often?", unit: "days", primaryMetric: "mae", loss: "mse",
  metrics: ["mae", "mse"], network: "linear", events: ["review"],
  ownFeatures: [
    { name: "stars", means: "stars", of: ({ days }) => days.at(-1)?.own?.[0]?.fields.stars ?? null },
    { name: "visits", means: "days with a visit", of: ({ days }) => odd(days) },
  ],
  label: (future) => odd(future.toSorted((a, b) => b.day - a.day)),
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});`;

/** By views: what is said of the label, and of the feature; null: it is not asked. */
const SAID: readonly (readonly [views: number, label: RegExp, feature: RegExp | null])[] = [
  [1001, /its label did not answer within 1 s/, /its feature "visits" did not answer within 1 s/],
  [1002, /did not answer within 1 s|memory|ended by itself/, null],
  [
    1003,
    /The label fails: what has no text$/,
    /the feature "visits": what has no text$/,
  ],
  [1004, /The label fails: no stars$/, /the feature "visits": no stars$/],
  [1005, /a finite number, not Infinity$/, /a finite number, or NaN, not Infinity$/],
  [1006, /not a promise: it may not be async$/, /not \[object Promise\]$/],
  [1007, /a finite number, not '7'$/, /a finite number, or NaN, not 7$/],
  [1008, /The label fails: Cannot assign to read only property/, /Cannot assign to read only property/],
];

/** What loops or hogs memory is given a second, everything else as long as a busy machine may take. */
const LOOPS = (views: number) => views < 1003;

async function withModel(work: (model: ModelDefinition, within: (ms: number) => void) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "odd.ts"), ODD_MODEL);
  const [{ value: model, fault }] = await loadOwnModels(folder);
  assert.equal(fault, undefined);
  const ends: (() => void)[] = [];
  const within = (withinMs: number) =>
    void ends.push(askInThread(join(folder, "odd.ts"), model!, { withinMs, pauseMs: 0 }));
  try {
    await work(model!, within);
  } finally {
    ends.forEach((end) => end());
    await Deno.remove(folder, { recursive: true });
  }
}

const seen = (views: number, stars?: number) => {
  const own = stars === undefined
    ? []
    : [{ type: "review", atMs: START_MS, product: null, quantity: null, amount: null, fields: { stars } }];
  return { days: [dayOf(1), dayOf(2, { views, own })], asOfMs: START_MS + 9e8, horizonDays: 28 };
};

Deno.test("a model's thread answers as the process does; what fails of some shopper is named, and ended", () =>
  withModel(async (model, within) => {
    const { rows } = featuresOf(model);
    const assertSaid = async (said: typeof SAID) => {
      for (const [views, label, feature] of said) {
        await assertNamed(outcomesOf(model, [seen(views).days]), label);
        if (feature) await assertNamed(rows([seen(views)]), feature);
      }
    };
    within(1000);
    await assertSaid(SAID.filter(([views]) => LOOPS(views)));
    within(100_000);
    const shoppers = Array.from({ length: 3000 }, (_, i) => seen(i % 7, i % 3 === 0 ? i : undefined));
    const shared = await SHARED_FEATURES.rows(shoppers);
    assert.deepEqual(await rows(shoppers), shared.map((row, i) => [...row, i % 3 === 0 ? i : NaN, 2]));
    const futures = shoppers.map(({ days }, i) => days.slice(i % 3));
    assert.deepEqual(await outcomesOf(model, futures), futures.map(({ length }) => length));
    await assertSaid(SAID.filter(([views]) => !LOOPS(views)));
    assert.deepEqual(await outcomesOf(model, [[], seen(3).days]), [0, 2]);
  }));

/** Asserts that it fails with the model and its file, for good, and that the news tell of it. */
async function assertNamed(asked: Promise<unknown>, wanted: RegExp): Promise<void> {
  const news: OwnNews[] = [];
  const unhear = hearExtensions((one) => void news.push(one));
  await assert.rejects(asked, (error: Error) => {
    assert.ok(error instanceof OwnCodeError, "it is not tried again");
    assert.match(error.message, /^The model "odd" \(odd\.ts\): /);
    assert.match(error.message, wanted);
    return true;
  });
  unhear();
  assert.deepEqual(news.map(({ file, kind, name }) => [file, kind, name]), [["odd.ts", "model", "odd"]]);
  assert.match(news[0].fault!, wanted);
}
