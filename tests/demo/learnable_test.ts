import assert from "node:assert/strict";
import { learnableModels } from "../../src/demo/learnable.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { AS_OF_MS, FIRST_MS, inShop, modelWith } from "../activities/weekly_shop.ts";

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

Deno.test("learnableModels() leaves out what finds nothing to learn, or has no moments, and says why", () =>
  inShop(async ({ sql }) => {
    const models = new Map([
      ["buyers", modelWith({})],
      [
        "wishers",
        modelWith({ name: "wishers", events: ["wish"], label: (future) => future.length < 0 ? 1 : 0 }),
      ],
    ]);
    const protocol = { first: day(FIRST_MS + 56 * DAY_MS), last: day(AS_OF_MS - 7 * DAY_MS), stepDays: 7 };
    const found = await learnableModels(sql, models, protocol);
    assert.deepEqual(found.models, ["buyers"]);
    assert.deepEqual(found.leftOut.map(({ model }) => model), ["wishers"]);
    assert.match(found.leftOut[0].why, /^all [0-9,]+ outcomes known at its first moment are the same \(0\)$/);
    const late = { ...protocol, first: day(AS_OF_MS - 14 * DAY_MS) };
    const few = await learnableModels(sql, models, late);
    assert.deepEqual(few.models, []);
    assert.match(few.leftOut[0].why, /^Cannot backtest "buyers": /);
  }));
