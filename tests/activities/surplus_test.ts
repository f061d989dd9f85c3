import assert from "node:assert/strict";
import { surplus } from "../../src/app/registry/old_versions.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import { aManifest } from "../db/models_support.ts";

const version = (number: number, over: Partial<ModelVersion> = {}): ModelVersion => ({
  model: "churn",
  version: number,
  cycleId: `cycle ${number}`,
  state: "deployed",
  artefactSha256: `${number}`,
  manifest: aManifest(),
  damagedAt: null,
  artefactRemovedAt: null,
  createdAt: "2011-06-07T00:00:00.000Z",
  ...over,
});
const served = (...newestFirst: number[]) => newestFirst.map((number) => ({ version: number }));
const five = [1, 2, 3, 4, 5].map((number) => version(number));

for (
  const [name, versions, history, keep, want] of [
    ["nothing, while backups are few", five, served(5, 4, 3, 2, 1), 4, []],
    ["what served longest ago", five, served(5, 4, 3, 2, 1), 2, [1, 2]],
    ["not what serves again after a roll-back", five, served(1, 5, 4, 3, 2, 1), 1, [2, 3, 4]],
    ["not what was never deployed", [version(1, { state: "candidate" }), version(2)], served(2), 1, []],
    [
      "not what is gone already",
      [version(1, { artefactRemovedAt: "2011-06-07T00:00:00.000Z" }), version(2)],
      served(2, 1),
      0,
      [],
    ],
  ] as const
) {
  Deno.test(`surplus() is ${name}`, () =>
    assert.deepEqual(surplus(versions, history, keep).map((v) => v.version), want));
}
