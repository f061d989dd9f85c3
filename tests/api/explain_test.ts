import assert from "node:assert/strict";
import { CheckDetail, Checks } from "../../src/api/messages.ts";
import type { Database } from "../../src/db/connect.ts";
import { redactFiles } from "../../src/app/people/redact_files.ts";
import { addPrivacyRequest } from "../../src/db/people/privacy_requests.ts";
import { redactionsBehind } from "../../src/db/people/redactions.ts";
import { saveCheck } from "../../src/db/cycles/checks.ts";
import type { Answer, Check } from "../../src/retraining/check.ts";
import { decide } from "../../src/retraining/trigger.ts";
import { type ArtefactStore, type FileArtefacts, fileArtefacts } from "../../src/registry/artefacts.ts";
import { openValue, sealValue } from "../../src/registry/sealed.ts";
import { Explanation } from "../../src/retraining/explain.ts";
import {
  addLook,
  aDriftReport,
  aPerformanceReport,
  aQualityReport,
  someFindings,
} from "../monitoring/reports.ts";
import { NOW, type Served, withApp } from "./support.ts";

/** Runs `test` with an app whose evidence lies in a folder; what judges it again takes the report out of it. */
async function withEvidence(test: (served: Served, store: FileArtefacts) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-evidence-" });
  const store = fileArtefacts(folder);
  const judged = (evidence: unknown) => Promise.resolve((evidence as { report: unknown }).report);
  const recompute = { quality: judged, drift: judged, performance: judged };
  try {
    let sql: Database;
    await withApp((served) => {
      sql = served.sql;
      return test(served, store);
    }, {
      explain: {
        open: (sha256) => openValue(store, sha256),
        recompute,
        redactions: (sha256s) => redactionsBehind(sql, sha256s),
        codeVersion: "c1",
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A check that rested on three looks, each with its evidence. */
async function addCheck(sql: Database, store: ArtefactStore): Promise<{ check: Check; evidence: string[] }> {
  const reports = [aQualityReport(), aDriftReport(), aPerformanceReport()];
  const kinds = ["quality", "drift", "performance"] as const;
  const evidence = await Promise.all(reports.map((report) => sealValue(store, { report })));
  const looks = await Promise.all(
    reports.map((report, i) => addLook(sql, kinds[i], report, { evidenceSha256: evidence[i] })),
  );
  const findings = someFindings();
  const check = await saveCheck(sql, {
    id: crypto.randomUUID(),
    model: "churn",
    workflowRun: "run",
    asOf: NOW,
    trigger: "interval",
    ...decide(findings),
    cycleId: null,
    findings,
    observations: looks.map((o) => o.id),
    codeVersion: "c1",
  });
  return { check, evidence };
}

Deno.test("GET checks/:id shows what a check decided on, and the evaluations it rests on", () =>
  withEvidence(async ({ call, sql }, store) => {
    const { check } = await addCheck(sql, store);
    const detail = CheckDetail.parse(await (await call("GET", `/retraining/checks/${check.id}`)).json());
    assert.deepEqual(detail.findings, someFindings());
    assert.deepEqual(new Set(detail.looks.map((l) => l.id)), new Set(check.observations));
    const drift = detail.looks.find((l) => l.kind === "drift");
    assert.deepEqual([drift?.model, drift?.answer, drift?.text], ["churn", "drifted", aDriftReport().text]);
    const { checks } = Checks.parse(await (await call("GET", "/retraining/checks")).json());
    assert.deepEqual([checks[0].observations, checks[0].codeVersion], [check.observations, "c1"]);
    assert.ok(!("findings" in checks[0]));
  }));

Deno.test("GET checks/:id/explain computes the check again from Postgres and the store: the same", () =>
  withEvidence(async ({ call, sql }, store) => {
    const { check } = await addCheck(sql, store);
    const told = Explanation.parse(
      await (await call("GET", `/retraining/checks/${check.id}/explain`)).json(),
    );
    assert.deepEqual([told.outcome, told.check], ["same", check]);
    assert.deepEqual(told.parts.map((p) => [p.what, p.outcome, p.observation]), [
      ["decision", "same", null],
      ["quality", "same", check.observations[0]],
      ["drift", "same", check.observations[1]],
      ["performance", "same", check.observations[2]],
    ]);
  }));

Deno.test("GET checks/:id/explain says which evidence is gone, and that a report was changed in the database", () =>
  withEvidence(async ({ call, sql }, store) => {
    const { check, evidence } = await addCheck(sql, store);
    await store.remove(evidence[0]);
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = 'replica'`; // past the triggers, as only an administrator may
      await tx`update observations set report = jsonb_set(report, '{features,0,shift}', '0.1') where kind = 'drift'`;
    });
    const told = Explanation.parse(
      await (await call("GET", `/retraining/checks/${check.id}/explain`)).json(),
    );
    assert.deepEqual(told.parts.map((p) => p.outcome), ["same", "unreadable", "differs", "same"]);
    assert.match(told.parts[1].text, /^Evidence missing or damaged: Cannot use artefact .*: /);
    assert.deepEqual(told.parts[2].difference, { at: "features[0].shift", stored: "0.1", now: "0.421" });
    assert.equal(told.outcome, "differs");
  }));

Deno.test("GET checks/:id/explain says what was erased since, and what the evidence proves without it", () =>
  withEvidence(async ({ call, sql }, store) => {
    const key = crypto.randomUUID();
    const request = crypto.randomUUID();
    await addPrivacyRequest(sql, { id: request, kind: "erasure", key, who: "ann", why: "she asked" });
    const report = aDriftReport();
    const same = await sealValue(store, { report: aQualityReport(), users: [key, "other"] });
    const features = report.features.map((feature) => ({ ...feature, shift: 0.1 }));
    const differing = await sealValue(store, { report: { ...report, features }, users: [key] });
    const { check } = await addCheck(sql, store);
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = 'replica'`; // past the triggers, as only an administrator may
      await tx`update observations set evidence_sha256 = ${same} where kind = 'quality'`;
      await tx`update observations set evidence_sha256 = ${differing} where kind = 'drift'`;
    });
    assert.equal(await redactFiles({ sql, store }, { request, key, atMs: Date.parse(NOW) }), 2);
    const told = Explanation.parse(
      await (await call("GET", `/retraining/checks/${check.id}/explain`)).json(),
    );
    assert.deepEqual(told.parts.map((p) => p.outcome), ["same", "same", "unreadable", "same"]);
    assert.match(
      told.parts[1].text,
      /; the same without what was erased since: 1 place in evidence \(redaction \d\)$/,
    );
    assert.match(
      told.parts[2].text,
      /^Cannot be compared in full, for persons were erased since: .* Of what is left: Differs at features\[0\]\.shift/,
    );
    assert.equal(told.outcome, "unreadable");
  }));

Deno.test("GET checks/:id and its explanation tell of a check of an earlier release that nothing was kept", () =>
  withApp(async ({ call, sql }) => {
    const id = crypto.randomUUID();
    await saveCheck(sql, {
      id,
      model: "churn",
      workflowRun: "r",
      asOf: NOW,
      trigger: "first",
      answer: "wait",
      reasons: [],
      cycleId: null,
    });
    const detail = CheckDetail.parse(await (await call("GET", `/retraining/checks/${id}`)).json());
    assert.deepEqual([detail.findings, detail.looks, detail.codeVersion], [null, [], null]);
    const told = Explanation.parse(await (await call("GET", `/retraining/checks/${id}/explain`)).json());
    assert.equal(told.outcome, "no stored evidence");
  }));

Deno.test("GET checks filters by model and answer, and pages by `before` without losing or repeating one", () =>
  withApp(async ({ call, sql }) => {
    const made: [model: string, answer: Answer][] = [
      ["churn", "wait"],
      ["churn", "fix data first"],
      ["spending", "wait"],
      ["churn", "wait"],
      ["churn", "retrain"],
    ];
    for (const [i, [model, answer]] of made.entries()) {
      await saveCheck(sql, {
        id: crypto.randomUUID(),
        model,
        workflowRun: `${i}`,
        asOf: NOW,
        trigger: "interval",
        answer,
        reasons: [],
        cycleId: null,
      });
    }
    // all within one millisecond: what leaves the database tells them apart no more
    await sql`update checks set checked_at = '2011-09-01T00:00:00.000100Z'::timestamptz
      + workflow_run::int * interval '1 microsecond'`;
    const page = async (query: string) =>
      Checks.parse(await (await call("GET", `/retraining/checks?${query}`)).json());
    const answers = ({ checks }: Checks) => checks.map((c) => `${c.model} ${c.answer}`);
    assert.deepEqual(answers(await page("model=churn&answer=wait")), ["churn wait", "churn wait"]);
    const first = await page("model=churn&limit=3");
    assert.deepEqual(answers(first), ["churn retrain", "churn wait", "churn fix data first"]);
    const last = await page(`model=churn&limit=3&before=${first.next}`);
    assert.deepEqual([answers(last), last.next], [["churn wait"], null]);
    assert.deepEqual((await page("before=2011-09-01")).checks, []);
  }));
