import assert from "node:assert/strict";
import { type Learnable, nothingToLearn } from "../../src/retraining/learnable.ts";

/** A shop that a model can learn from. */
const learnable: Learnable = {
  model: "churn",
  kind: "classification",
  horizonDays: 28,
  activeDays: 90,
  events: 5000,
  purchases: 1200,
  cutoffs: 6,
  rows: 900,
  lowest: 0,
  highest: 1,
  quietDays: 1,
};

for (
  const [name, over, want] of [
    ["is nothing, where outcomes differ", {}, null],
    ["names the missing events", { events: 0, purchases: 0 }, /no events are stored; import a file/],
    [
      "names the missing purchases",
      { purchases: 0 },
      /none of the 5,000 events is a purchase; .* --types WORD=purchase$/,
    ],
    [
      "says how much history is needed",
      { cutoffs: 0, rows: 0 },
      /90 days of history \(active_days\) and 28 days/,
    ],
    [
      "names the missing shoppers",
      { rows: 0, lowest: null, highest: null },
      /no shopper was active .* 6 cut-offs$/,
    ],
    [
      "says that the export is old",
      { lowest: 1, quietDays: 5000.5 },
      /same class \(class 1\).*; the newest event is 5,000 days old, .* demo --data FILE/,
    ],
    [
      "says so of missing shoppers, too",
      { rows: 0, lowest: null, highest: null, quietDays: 200 },
      /no shopper was active .* is 200 days old/,
    ],
    ["says nothing of its age, where outcomes differ", { quietDays: 5000 }, null],
    ["blames no age within a horizon", { lowest: 1, quietDays: 28 }, /nothing to tell apart$/],
    ["names the only class", { lowest: 1 }, /all 900 labelled rows have the same class \(class 1\)/],
    [
      "names the only outcome",
      { kind: "regression", highest: 0 },
      /have the same outcome \(outcome 0\.0000\)/,
    ],
  ] as const
) {
  Deno.test(`nothingToLearn() ${name}`, () => {
    const why = nothingToLearn({ ...learnable, ...over });
    if (want === null) assert.equal(why, null);
    else assert.match(why ?? "", want);
  });
}
