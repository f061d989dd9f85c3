import assert from "node:assert/strict";
import { noteFindings } from "../../src/db/monitoring/quality_findings.ts";
import { saveCheck } from "../../src/db/cycles/checks.ts";
import { Explanation } from "../../src/retraining/explain.ts";
import { DriftLooks } from "../../src/monitoring/report.ts";
import { wrapped } from "../../src/cli/format.ts";
import { decide } from "../../src/retraining/trigger.ts";
import {
  addLook,
  aDriftReport,
  aFinding,
  aPerformanceReport,
  aQualityReport,
  aShift,
  someFindings,
} from "../monitoring/reports.ts";
import { NOW } from "../api/support.ts";
import { runWith, type ServedCli, withServed } from "./support.ts";

const ESCAPE = "\u001b";
// deno-lint-ignore no-control-regex -- colours begin with a control character
const COLOURS = /\u001b\[\d+m/g;

async function addLooks({ sql }: ServedCli): Promise<void> {
  await addLook(sql, "drift", aDriftReport({ asOf: "2011-08-15T00:00:00.000Z", answer: "stable" }));
  await addLook(sql, "drift", aDriftReport());
  await addLook(sql, "quality", aQualityReport());
  await addLook(sql, "performance", aPerformanceReport());
}

/** Lines as one: where a line breaks is none of a test's business. */
const flat = (text: string) => text.replaceAll(/\s+/g, " ");

Deno.test("perennial monitor shows answers, findings, drifting features and outcomes on one screen", () =>
  withServed(async (served) => {
    await addLooks(served);
    const { code, out, err } = await served.run(["monitor"], { columns: 80 });
    assert.equal(code, 0, err);
    assert.match(
      flat(out),
      /^As of 2011-09-01 00:00 UTC\. Budget: one false alarm in 30 days over everything monitored /,
    );
    assert.match(out, /^ {2}broken: unit jump, price$/m);
    assert.match(
      flat(out),
      / 1,312 rows \(8\.3 %\) from 2011-08-30 12:00, goes on; first seen .*; p < 0\.001 /,
    );
    assert.match(out, /^churn, version 4$/m);
    assert.match(out, /^ +spend_trend_horizon +drift +\+0\.42 sd +p < 0\.001 +\+12\.3 % +0\.31 sd$/m);
    assert.match(out, /^ +category +no drift +- +p = 0\.412 +not known +6\.4 %$/m);
    assert.match(
      flat(out),
      / log loss 0\.5412 \(90 % interval 0\.5212 to 0\.5612\) on 1,204 predictions; 0\.5400 at /,
    );
    assert.match(
      flat(out),
      / estimate log loss 0\.5501 .* on 902 predictions;.* an estimate, not a measurement /,
    );
    assert.match(
      flat(out),
      / 902 predictions pending, the next are complete on 2011-09-12 00:00 UTC/,
    );
    assert.match(
      flat(out),
      / spending inputs Not monitored yet \(no version of spending is deployed\)/,
    );
  }));

Deno.test("perennial monitor, its parts and checks fit 80 columns, and colour only at a terminal", () =>
  withServed(async (served) => {
    await addLooks(served);
    await addCheck(served);
    for (
      const args of [
        ["monitor"],
        ["monitor", "drift"],
        ["monitor", "quality"],
        ["monitor", "performance"],
        ["checks"],
        ["explain", "last"],
      ]
    ) {
      const plain = await served.run(args, { columns: 80 });
      for (const line of plain.out.split("\n")) assert.ok(line.length <= 80, `${args}: ${line}`);
      const coloured = await served.run(args, { columns: 80, isTerminal: true });
      assert.ok(coloured.out.includes(ESCAPE));
      assert.equal(coloured.out.replaceAll(COLOURS, ""), plain.out, "colour says nothing that words do not");
    }
  }));

Deno.test("perennial monitor drift tells one model's every feature, how it was compared, and earlier looks", () =>
  withServed(async (served) => {
    await addLooks(served);
    const { out } = await served.run(["monitor", "drift", "churn"]);
    assert.doesNotMatch(out, /spending/);
    assert.match(
      flat(out),
      /1,204 rows as of 2011-09-01 against 3,611 it was trained on; 9,999 permutations/,
    );
    assert.match(out, /All features at once \(energy\): no drift, p = 0\.310/);
    assert.match(out, /earlier evaluations +answer\n +2011-08-15 +no drift/);
    const json = await served.run(["monitor", "drift", "churn", "--as-of", "2011-08-20", "--json"]);
    const looks = DriftLooks.parse(JSON.parse(json.out));
    assert.equal(looks.models[0].newest?.report.asOf, "2011-08-15T00:00:00.000Z");
  }));

Deno.test("perennial monitor drift calls a feature unclear, not stable, while its history is too short to say", () =>
  withServed(async ({ run, sql }) => {
    const unseen = { wobble: null, drifted: false, smallest: null };
    const features = [aShift(unseen), aShift({ ...unseen, feature: "recency", p: 0.8 })];
    await addLook(sql, "drift", aDriftReport({ answer: "cannot tell yet", features }));
    const { out } = await run(["monitor", "drift", "churn"]);
    assert.match(out, /^ +spend_trend_horizon +unclear +\+0\.42 sd .* not known$/m);
    assert.match(out, /^ +recency +no drift /m); // shoppers do not even differ
  }));

Deno.test("perennial monitor performance tells what was measured, what is an estimate, and how estimates fared", () =>
  withServed(async (served) => {
    await addLooks(served);
    const { out } = await served.run(["monitor", "performance", "churn"], { columns: 80 });
    assert.match(out, /^ +accuracy +0\.7123 +0\.6923 to 0\.7323 +0\.5400 +1,204$/m);
    assert.match(out, /^ +one purchase +log loss +0\.6100 .* 311$/m);
    assert.match(out, /^ +0\.2000 to 0\.4000 +0\.3100 +0\.3300 +0\.2700 to 0\.3900 +240$/m);
    assert.match(
      flat(out),
      /Estimated, not measured, on 902 pending predictions \(CBPE\)\. Assumptions: probabilities/,
    );
    assert.match(out, /^ +2011-08-01 +log loss +0\.5480 +0\.5200 to 0\.5700 +0\.5412 +1,204 +within$/m);
    assert.match(flat(out), /crosses 0\.5508 in 9 days \(5 days to perhaps never\)/);
    assert.match(out, /^ +adwin +1,204 +0 +- +no, informational only$/m);
  }));

Deno.test("perennial monitor names five findings, says how many more there are, and quality names all", () =>
  withServed(async ({ run, sql }) => {
    const findings = Array.from({ length: 7 }, (_, i) => aFinding({ key: `key ${i}` }));
    await addLook(sql, "quality", aQualityReport({ findings }));
    const overview = await run(["monitor"]);
    assert.deepEqual(overview.out.match(/key \d/g), ["key 0", "key 1", "key 2", "key 3", "key 4"]);
    assert.match(overview.out, /and 2 more: perennial monitor quality/);
    const all = await run(["monitor", "quality"]);
    assert.equal(all.out.match(/key \d/g)?.length, 7);
  }));

Deno.test("perennial monitor accept says who accepted a finding and why, and shows it from then on", () =>
  withServed(async ({ run, sql }) => {
    const [ended, here] = [aFinding({ key: "late/web/2011-07-01" }), aFinding()];
    await addLook(sql, "quality", aQualityReport({ asOf: "2011-07-02T00:00:00.000Z", findings: [ended] }));
    await addLook(sql, "quality", aQualityReport());
    await noteFindings(sql, [ended, here], NOW);
    const before = flat((await run(["monitor", "quality"])).out);
    assert.match(
      before,
      /From earlier evaluations, not accepted: .*: broken: .* key late\/web\/2011-07-01/,
    );
    const accepted = await run(["monitor", "accept", here.key, "--why", "new price list"]);
    assert.match(
      accepted.out,
      /^unit jump\/price\/2011-08-30: accepted by owner on .*, so it no longer blocks training: new/,
    );
    assert.match(
      flat((await run(["monitor"])).out),
      /key unit jump\/price\/2011-08-30 accepted by owner on /,
    );
    await run(["monitor", "accept", ended.key, "--why", "a known outage"]);
    assert.doesNotMatch((await run(["monitor", "quality"])).out, /late/);
    assert.equal((await run(["monitor", "accept", here.key])).code, 2);
    const none = await run(["monitor", "accept", "nothing", "--why", "x"]);
    assert.deepEqual([none.code, none.err], [1, 'error: Cannot find finding "nothing"']);
  }));

/** A check of churn that found the data broken, whose looks are not stored. */
async function addCheck({ sql }: Pick<ServedCli, "sql">, observations: string[] = []): Promise<string> {
  const findings = someFindings();
  const { id } = await saveCheck(sql, {
    id: crypto.randomUUID(),
    model: "churn",
    workflowRun: crypto.randomUUID(),
    asOf: NOW,
    trigger: "interval",
    ...decide(findings),
    cycleId: null,
    findings,
    observations,
    codeVersion: "c1",
  });
  return id;
}

Deno.test("perennial checks tells each answer with what speaks for and against it", () =>
  withServed(async (served) => {
    const ids = [await addCheck(served), await addCheck(served)];
    const { out } = await served.run(["checks", "churn", "--limit", "1"]);
    assert.match(out, /^churn as of 2011-09-01 \(interval\): fix data first$/m);
    assert.match(out, /^ {2}against {2}Fix the data first: Prices are 100 times/m);
    assert.match(out, /^ {2}for {6}900 new data points since the last training, 100 needed$/m);
    assert.ok(out.includes(`check ${ids[1]}`) && !out.includes(ids[0]));
    const next = out.match(/More: --before (\S+)$/)?.[1] ?? "";
    assert.ok((await served.run(["checks", "--before", next])).out.includes(`check ${ids[0]}`));
    assert.equal((await served.run(["checks", "--answer", "retrain"])).out, "No checks");
    const none = await served.run(["checks", "--answer", "maybe"]);
    assert.deepEqual([none.code, /retrain, recalibrate, wait, fix data first/.test(none.err)], [2, true]);
  }));

Deno.test("perennial explain ends with 0 when the check comes out the same, by id and as the last", () =>
  withServed(async (served) => {
    const id = await addCheck(served);
    for (const args of [["explain", id], ["explain", "last"], ["explain", "last", "--model", "churn"]]) {
      const { code, out, err } = await served.run(args);
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /^ {2}decision +same\. "fix data first" for the same \d+ reasons$/m);
      assert.match(out, /^same: The same answer, "fix data first",/m);
    }
    Explanation.parse(JSON.parse((await served.run(["explain", id, "--json"])).out));
  }));

Deno.test("perennial explain ends with 1 and says what it rests on no more, when the check cannot be computed again", () =>
  withServed(async (served) => {
    const look = await addLook(served.sql, "drift", aDriftReport());
    const id = await addCheck(served, [look.id]);
    const { code, out, err } = await served.run(["explain", id]);
    assert.deepEqual([code, err], [1, `Check ${id} was not reproduced`]);
    assert.match(out, /^ {2}drift +unreadable\. Evidence missing or damaged: /m);
    const none = await served.run(["explain", "last", "--model", "spending"]);
    assert.deepEqual([none.code, none.err], [1, 'error: Cannot find check of "spending"']);
    assert.equal((await served.run(["explain", "7"])).code, 2);
  }));

Deno.test("perennial monitor, checks and explain show examples and exit codes", async () => {
  for (
    const args of [
      "monitor overview",
      "monitor drift",
      "monitor quality",
      "monitor performance",
      "monitor accept",
    ]
  ) {
    const { code, out } = await runWith([...args.split(" "), "--help"]);
    assert.equal(code, 0);
    assert.match(out, /Examples:\n {2}perennial monitor/, args);
    assert.match(out, /Exit codes: 0 done; /, args);
  }
});

for (
  const [text, columns, indent, want] of [
    ["one two three", 7, 0, "one two\nthree"],
    ["one two three", 7, 2, "one two\n  three"],
    ["incomprehensibilities is long", 10, 1, "incomprehensibilities\n is long"],
    ["short", 80, 4, "short"],
    ["\u001b[2mname\u001b[0m one two", 8, 0, "\u001b[2mname\u001b[0m one\ntwo"],
  ] as const
) {
  Deno.test(`wrapped() keeps to ${columns} columns: ${JSON.stringify(text)}`, () =>
    assert.equal(wrapped(text, { columns, indent }), want));
}
