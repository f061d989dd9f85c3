import assert from "node:assert/strict";
import fc from "fast-check";
import { lastKnownGood } from "../../../src/app/registry/moves.ts";

type Move = Parameters<typeof lastKnownGood>[0][number];

/**
 * The history that some moves make, newest first: a number deploys that version, `"back to n"` and `"promote n"` move to
 * n, `"share n"` gives it to some shoppers, `"n taken back"` from these.
 */
function historyOf(...steps: (number | string)[]): Move[] {
  const history: Move[] = [];
  for (const step of steps) {
    const previous = history.find(({ kind }) => kind !== "share")?.version ?? null;
    if (typeof step === "string" && step.endsWith("taken back")) {
      history.unshift({ version: previous!, previous: Number.parseInt(step), kind: "roll back" });
      continue;
    }
    if (typeof step === "string" && step.startsWith("share")) {
      history.unshift({ version: Number(step.split(" ")[1]), previous, kind: "share" });
      continue;
    }
    const version = typeof step === "number" ? step : Number(step.split(" ").at(-1));
    const kind = typeof step === "number" ? "deploy" : step.startsWith("back") ? "roll back" : "promote";
    history.unshift({ version, previous, kind });
  }
  return history;
}

const anyVersion = () => true;

for (
  const [name, steps, usable, want] of [
    ["nothing ever served", [], anyVersion, null],
    ["only one version served", [1], anyVersion, null],
    ["one version was replaced", [1, 2], anyVersion, 1],
    ["it is the newest of many", [1, 2, 3], anyVersion, 2],
    ["the newest was rolled back from", [1, 2, 3, "back to 2"], anyVersion, 1],
    ["all others were rolled back from", [1, 2, 3, "back to 2", "back to 1"], anyVersion, null],
    ["a version was deployed after a roll-back", [1, 2, "back to 1", 3], anyVersion, 1],
    ["several roll-backs went to the same version", [1, 2, "back to 1", 3, "back to 1", 4], anyVersion, 1],
    ["several roll-backs left nothing", [1, 2, "back to 1", 3, "back to 1"], anyVersion, null],
    ["the one before is damaged", [1, 2, 3], (v: number) => v !== 2, 1],
    ["no file is kept", [1, 2, 3], () => false, null],
    ["a person promoted an old version", [1, 2, 3, "promote 1"], anyVersion, 3],
    ["a person promoted what was rolled back from", [1, 2, "back to 1", "promote 2", 3], anyVersion, 2],
    ["a share was given to another version", [1, 2, "share 3"], anyVersion, 1],
    ["a rollout was rolled back", [1, 2, "share 3", "3 taken back"], anyVersion, 1],
  ] as const
) {
  Deno.test(`lastKnownGood() is ${want === null ? "none" : `version ${want}`}, when ${name}`, () =>
    assert.equal(lastKnownGood(historyOf(...steps), usable), want));
}

const steps = fc.array(
  fc.record({ act: fc.constantFrom("deploy", "deploy", "back", "promote"), pick: fc.nat(9) }),
  {
    maxLength: 25,
  },
);
const damaged = fc.uniqueArray(fc.integer({ min: 1, max: 25 }), { maxLength: 5 });

Deno.test("lastKnownGood() is a version that served, can be loaded, and was not rolled back from since", () => {
  fc.assert(
    fc.property(steps, damaged, (acts, unusable) => {
      const moves: (number | string)[] = [];
      const usable = (version: number) => !unusable.includes(version);
      let newest = 0;
      for (const { act, pick } of acts) {
        const to = act === "back"
          ? lastKnownGood(historyOf(...moves), usable)
          : 1 + pick % Math.max(1, newest);
        if (act === "deploy" || newest === 0) moves.push(++newest);
        else if (to !== null) moves.push(`${act === "back" ? "back to" : "promote"} ${to}`);
      }
      const history = historyOf(...moves);
      const good = lastKnownGood(history, usable);
      fc.pre(good !== null);
      assert.notEqual(good, history[0].version);
      assert.ok(usable(good));
      assert.ok(history.some((m) => m.version === good));
      const last = history.find((m) => m.version === good || (m.kind === "roll back" && m.previous === good));
      assert.equal(last!.version, good, "the newest that was said of it is that it serves");
    }),
    { seed: 51, numRuns: 300 },
  );
});

Deno.test("lastKnownGood(), followed again and again, comes to an end", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), damaged, (count, unusable) => {
      const moves: (number | string)[] = Array.from({ length: count }, (_, i) => i + 1);
      for (let steps = 0; steps <= count; steps++) {
        const good = lastKnownGood(historyOf(...moves), (version) => !unusable.includes(version));
        if (good === null) break;
        moves.push(`back to ${good}`);
      }
      const left = lastKnownGood(historyOf(...moves), (version) => !unusable.includes(version));
      assert.equal(left, null, "it goes round in circles");
    }),
    { seed: 52, numRuns: 100 },
  );
});
