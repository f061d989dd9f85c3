import assert from "node:assert/strict";
import { writeAudit } from "../../src/db/audit.ts";
import { readMarks } from "../../src/db/marks.ts";
import { saveObservation } from "../../src/db/observations.ts";
import { NOW, withApp } from "../api/support.ts";

Deno.test("readMarks() tells by another word that there is something new, and by the same that there is not", () =>
  withApp(async ({ sql, call }) => {
    const steps: [string, ("looks" | "data")[], () => Promise<unknown>][] = [
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
          ...{
            id: crypto.randomUUID(),
            kind: "quality",
            model: null,
            key: "look",
            asOf: NOW,
            answer: "sound",
          },
          ...{ report: {}, evidenceSha256: "e", codeVersion: "c1" },
        })],
      [
        "what a person did",
        ["looks", "data"],
        () =>
          writeAudit(sql, { requestId: "r", who: "ana", action: "replay quarantine", target: "x", why: "" }),
      ],
    ];
    let before = await readMarks(sql);
    for (const [what, changes, happens] of steps) {
      await happens();
      const after = await readMarks(sql);
      for (const mark of ["looks", "data"] as const) {
        assert.equal(after[mark] !== before[mark], changes.includes(mark), `${what} and ${mark}`);
      }
      before = after;
    }
  }));
