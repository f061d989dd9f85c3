import assert from "node:assert/strict";
import { judgeAlarms } from "../../src/detect/judge_alarms.ts";

const change = (row: number, until = row) => ({ row, until, from: "a", to: "b" });
const at = (...rows: number[]) => rows.map((row) => ({ row, direction: "up" as const }));

for (
  const [name, alarms, changes, want] of [
    ["finds nothing where nothing is", [], [], { missedRatio: null, meanTimeToDetect: null }],
    ["takes the first alarm from a change on", [100], [100], {
      delays: [0],
      falseAlarms: [],
      missedRatio: 0,
    }],
    ["calls one before any change false", [99], [100], {
      delays: [null],
      falseAlarms: [99],
      meanTimeBetweenFalseAlarms: 1000,
      missedRatio: 1,
      meanTimeToDetect: null,
    }],
    ["calls a second one after an abrupt change false", [120, 150, 160], [100], {
      delays: [20],
      falseAlarms: [150, 160],
      meanTimeBetweenFalseAlarms: 500,
    }],
    ["gives an alarm to the newest change", [310], [100, 300], {
      delays: [null, 10],
      missedRatio: 0.5,
      meanTimeToDetect: 10,
    }],
    ["takes the mean over those found", [110, 330], [100, 300], { meanTimeToDetect: 20, missedRatio: 0 }],
  ] as const
) {
  Deno.test(`judgeAlarms() ${name}`, () => {
    const judged = judgeAlarms(at(...alarms), changes.map((row) => change(row)), 1000);
    for (const [key, value] of Object.entries(want)) {
      assert.deepEqual(judged[key as keyof typeof judged], value, key);
    }
  });
}

Deno.test("judgeAlarms() calls further alarms repeated while a gradual change goes on, and false afterwards", () => {
  const judged = judgeAlarms(at(120, 150, 200, 201), [change(100, 200)], 1000);
  assert.deepEqual([judged.delays, judged.repeated, judged.falseAlarms], [[20], [150, 200], [201]]);
});
