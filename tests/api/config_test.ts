import assert from "node:assert/strict";
import { listAudit } from "../../src/db/access/audit.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { withApp } from "./support.ts";

Deno.test("PATCH config changes what is named, for all or for one model, in versions with an audit row each", () =>
  withApp(async ({ call, sql, control }) => {
    const first = await call("PATCH", "/retraining/config", { min_new_samples: 50, why: "small shop" });
    assert.deepEqual([first.status, first.headers.get("etag")], [200, '"1"']);
    const second =
      await (await call("PATCH", "/retraining/config", { models: { churn: { confidence: 0.95 } } })).json();
    assert.deepEqual([second.version, second.notified, second.config.min_new_samples], [2, true, 50]);
    assert.deepEqual(second.config.models, { churn: { confidence: 0.95 } });
    const third = await (await call("PATCH", "/retraining/config", { models: { churn: null } })).json();
    assert.deepEqual(third.config.models, {});
    assert.deepEqual(control.told.slice(0, 2), [["configure", "churn"], ["configure", "spending"]]);
    const rows = await listAudit(sql);
    assert.deepEqual(rows.map((r) => [r.action, r.why]), [["config", ""], ["config", ""], [
      "config",
      "small shop",
    ]]);
    const { before, after } = rows[2] as { before: Version; after: Version };
    assert.deepEqual([before.version, before.config.min_new_samples], [0, 100]);
    assert.deepEqual([after.version, after.config.min_new_samples], [1, 50]);
    const { versions } = await (await call("GET", "/retraining/config/history")).json();
    assert.deepEqual(versions.map((v: Version) => v.version), [3, 2, 1]);
  }));

interface Version {
  version: number;
  config: { min_new_samples: number };
}

const REFUSED = [
  ["a setting nobody knows", { min_samples: 5 }, "min_samples"],
  ["a value out of range", { confidence: 2 }, "confidence"],
  ["a value of another kind", { gate: "luck" }, "gate"],
  ["a bad value for one model", { models: { churn: { seed: -1 } } }, "models.churn.seed"],
  ["a model nobody knows", { models: { loyalty: { seed: 1 } } }, "models.loyalty"],
  ["no object", [1], "body"],
] as const;

Deno.test("PATCH config refuses what cannot be used, names the field, and leaves the old one in force", (t) =>
  withApp(async ({ call, sql }) => {
    await call("PATCH", "/retraining/config", { seed: 9 });
    for (const [name, patch, field] of REFUSED) {
      await t.step(name, async () => {
        const response = await call("PATCH", "/retraining/config", patch);
        assert.deepEqual([response.status, (await response.json()).field], [422, field]);
        const { version, config } = await currentConfig(sql);
        assert.deepEqual([version, config.seed], [1, 9]);
        assert.equal((await listAudit(sql)).length, 1);
      });
    }
  }));

Deno.test("PATCH config with If-Match changes that version only", () =>
  withApp(async ({ call }) => {
    assert.equal((await call("GET", "/retraining/config")).headers.get("etag"), '"0"');
    assert.equal((await call("PATCH", "/retraining/config", { seed: 2 }, { "If-Match": '"0"' })).status, 200);
    const late = await call("PATCH", "/retraining/config", { seed: 3 }, { "If-Match": '"0"' });
    assert.deepEqual([late.status, (await late.json()).type], [
      412,
      "urn:perennial:problem:changed-meanwhile",
    ]);
  }));
