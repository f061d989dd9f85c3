import assert from "node:assert/strict";
import { writeAudit } from "../../src/db/access/audit.ts";
import { endBacktest, saveBacktest, type SavedStep, saveStep } from "../../src/db/backtests/backtests.ts";
import { DEFAULT_CONFIG } from "../../src/db/config/config_versions.ts";
import { readRevisions, type Revisions } from "../../src/db/revisions.ts";
import { saveObservation } from "../../src/db/monitoring/observations.ts";
import { NOW, withApp } from "../api/support.ts";

const step: SavedStep = {
  policy: "never",
  model: "churn",
  asOf: NOW,
  run: "nothing",
  why: "",
  outcome: null,
  trained: false,
  version: null,
  rows: 0,
  metrics: null,
  predictionsSha256: null,
};

Deno.test("readRevisions() tells by another word that there is something new, and by the same that there is not", () =>
  withApp(async ({ sql, call }) => {
    const steps: [string, (keyof Revisions)[], () => Promise<unknown>][] = [
      ["nothing", [], () => Promise.resolve()],
      [
        "an event",
        ["data"],
        () => call("POST", "/events", [{ id: "a", type: "view", user: "u", time: NOW }]),
      ],
      [
        "the same event",
        [],
        () => call("POST", "/events", [{ id: "a", type: "view", user: "u", time: NOW }]),
      ],
      ["one that is put aside", ["data"], () => call("POST", "/events", [{ id: "b", type: "view" }])],
      ["a look", ["looks"], () =>
        saveObservation(sql, {
          id: crypto.randomUUID(),
          kind: "quality",
          model: null,
          key: "look",
          asOf: NOW,
          answer: "sound",
          report: {},
          evidenceSha256: "e",
          codeVersion: "c1",
        })],
      [
        "what a person did",
        ["looks", "data"],
        () =>
          writeAudit(sql, { requestId: "r", who: "ana", action: "replay quarantine", target: "x", why: "" }),
      ],
      ["a backtest", ["backtests"], () =>
        saveBacktest(sql, {
          id: "b",
          models: ["churn"],
          policies: [],
          moments: [NOW],
          scoredFrom: {},
          by: "ana",
          why: "",
          config: DEFAULT_CONFIG.config,
        })],
      ["a step of it", ["backtests"], () => saveStep(sql, "b", step)],
      ["the same step", [], () => saveStep(sql, "b", step)],
      [
        "its end",
        ["backtests"],
        () => endBacktest(sql, "b", { policy: "", state: "finished", text: "" }),
      ],
    ];
    let before = await readRevisions(sql);
    for (const [what, changes, happens] of steps) {
      await happens();
      const after = await readRevisions(sql);
      for (const mark of ["looks", "data", "backtests"] as const) {
        assert.equal(after[mark] !== before[mark], changes.includes(mark), `${what} and ${mark}`);
      }
      before = after;
    }
  }));
