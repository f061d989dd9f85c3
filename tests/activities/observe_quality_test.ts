import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { observeQuality } from "../../activities/observe/quality.ts";
import { featureBlock } from "../../src/app/features/blocks.ts";
import { judgeQuality, type QualityEvidence } from "../../src/quality/judge_quality.ts";
import { QualityEvidence as Schema } from "../../src/quality/quality_evidence.ts";
import { QualityReport } from "../../src/quality/report.ts";
import { openValue } from "../../src/registry/sealed.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { config, DEPLOYED_MS, inObservedShop } from "./observed_shop.ts";

const asOfMs = DEPLOYED_MS + 3 * DAY_MS;

/** The observed shop, whose version 1 serves. */
const inServedShop = (work: (deps: ActivityDeps) => Promise<void>) =>
  inObservedShop(async (deps) => {
    await deps.sql`insert into serving (model, version, revision) values ('churn', 1, 1)`;
    await work(deps);
  });

Deno.test("observeQuality() looks once per key, and its sealed evidence gives the same report again", () =>
  inServedShop(async (deps) => {
    const look = await observeQuality(deps, { key: "first", asOfMs });
    assert.deepEqual(await observeQuality(deps, { key: "first", asOfMs }), look);
    const report = QualityReport.parse(look.report);
    assert.equal(report.answer, "sound", report.text);
    const evidence = Schema.parse(await openValue(deps.store, look.evidenceSha256)) as QualityEvidence;
    assert.deepEqual(judgeQuality(evidence), report);
    assert.equal(evidence.previousMs, null);
    assert.ok(evidence.features!.compared >= 50 && evidence.features!.rows > 100);
    assert.deepEqual(evidence.features!.skewed, []);
    assert.ok(evidence.features!.variedBefore.includes("recency"));
    const second = await observeQuality(deps, { key: "second", asOfMs: asOfMs + DAY_MS / 2 });
    const { previousMs, features } = Schema.parse(await openValue(deps.store, second.evidenceSha256));
    assert.deepEqual([previousMs, features], [asOfMs, null], "features were looked at that day");
  }));

Deno.test("observeQuality() finds features that are served as other numbers than they are trained on", () =>
  inServedShop(async (deps) => {
    await featureBlock(deps, protocolOf({}, config), asOfMs);
    await deps.sql`update user_days set spend = spend + 1`;
    const { report, answer } = await observeQuality(deps, {
      key: "after the roll-up went wrong",
      asOfMs: asOfMs + 1,
    });
    const subjects = QualityReport.parse(report).findings.map(({ kind, subject }) => `${kind}: ${subject}`);
    assert.equal(answer, "broken");
    assert.ok(subjects.includes("training-serving skew: spend_all"), subjects.join("\n"));
    assert.deepEqual((await deps.sql`select from quality_findings`).length, subjects.length);
  }));

Deno.test("observeQuality() finds a feature that froze", () =>
  inServedShop(async (deps) => {
    await deps.sql`update user_days set spend = 0`;
    const { report } = await observeQuality(deps, { key: "look", asOfMs });
    const frozen = QualityReport.parse(report).findings.filter(({ kind }) => kind === "frozen feature");
    assert.ok(frozen.every(({ means, rows }) => means === "broken" && rows > 100));
    const subjects = frozen.map(({ subject }) => subject);
    assert.ok(subjects.includes("spend_all") && !subjects.includes("recency"), subjects.join(", "));
  }));

Deno.test("observeQuality() looks at no features before a model serves", () =>
  inObservedShop(async (deps) => {
    const { evidenceSha256 } = await observeQuality(deps, { key: "look", asOfMs });
    assert.equal(Schema.parse(await openValue(deps.store, evidenceSha256)).features, null);
  }));
