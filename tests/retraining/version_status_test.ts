import assert from "node:assert/strict";
import { stateWord } from "../../src/format/state_words.ts";
import {
  isDrillVersion,
  type VersionStatus,
  versionStatus,
  wasRolledBack,
} from "../../src/retraining/version_status.ts";
import type { ServingMove } from "../../src/registry/version.ts";

const AT = "2011-09-01T00:00:00.000Z";
const version = {
  version: 4,
  cycleId: "retrainer/churn/cycle/4",
  state: "deployed" as const,
  damagedAt: null,
  artefactRemovedAt: null,
};
for (
  const [want, changes, facts] of [
    ["serving", {}, { serving: 4 }],
    ["file damaged", { damagedAt: AT }, { rolledBack: true }],
    ["drill", { cycleId: "drill/1", state: "candidate" }, {}],
    ["rolled back", {}, { rolledBack: true }],
    ["file removed", { artefactRemovedAt: AT }, {}],
    ["retired", {}, {}],
    ["rejected", { state: "rejected" }, {}],
    ["candidate", { state: "candidate" }, {}],
  ] as const
) {
  Deno.test(`versionStatus() is "${want}", read as "${stateWord(want)}"`, () => {
    const of: VersionStatus = versionStatus({ ...version, ...changes }, {
      serving: 5,
      rolledBack: false,
      ...facts,
    });
    assert.equal(of, want);
  });
}

Deno.test("isDrillVersion() knows what was made worse on purpose", () => {
  assert.deepEqual([isDrillVersion(version), isDrillVersion({ cycleId: "drill/7f" })], [false, true]);
});

Deno.test("wasRolledBack() goes by the newest move of everybody's version", () => {
  const move = (kind: ServingMove["kind"], version: number, previous: number) =>
    ({ kind, version, previous }) as ServingMove;
  const back = move("roll back", 3, 4);
  assert.equal(wasRolledBack(4, [move("share", 4, 3), back, move("deploy", 4, 3)]), true);
  assert.equal(wasRolledBack(4, [move("promote", 4, 3), back]), false);
  assert.equal(wasRolledBack(3, [back]), false);
});
