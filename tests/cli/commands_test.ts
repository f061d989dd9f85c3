import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { parquetReadObjects } from "hyparquet";
import { z } from "zod";
import { endCycle, enterStage, openCycle, saveProgress } from "../../src/db/cycles/cycles.ts";
import { saveCheck } from "../../src/db/cycles/checks.ts";
import { aCheck, findings } from "../retraining/what_if_support.ts";
import { Status } from "../../src/retraining/status.ts";
import { addEndedCycle, byteAnswer, NOW, pseudonym } from "../api/support.ts";
import { withServed } from "./support.ts";

const ESCAPE = "\u001b";

Deno.test("perennial status and history read well, and as JSON", () =>
  withServed(async ({ run, sql }) => {
    for (const number of [1, 2]) await addEndedCycle(sql, { number });
    await addEndedCycle(sql, { number: 3, outcome: "failed", error: "the disk is full" });
    const status = await run(["status"]);
    assert.equal(status.code, 0, status.err);
    assert.match(status.out, /^churn {2}Will this shopper/m);
    assert.match(status.out, /health +failed\. Cycle 3: Failed at "check": the disk is full/);
    assert.match(
      status.out,
      /serving +version 2 \(linear\) since .*: accuracy 0\.7100, log loss 0\.5200 on 1,204 rows/,
    );
    assert.match(status.out, /next check +stopped/);
    assert.ok(!status.out.includes(ESCAPE));
    Status.parse(JSON.parse((await run(["status", "--json"])).out));
    const history = await run(["history", "churn"]);
    assert.match(history.out.split("\n")[1], /^churn 3 +2011-09-01 +interval +failed +- +-/);
    assert.match(history.out, /^churn 2 .* deployed +−4\.0 % +−6\.0 % to −2\.0 %/m);
  }));

Deno.test("perennial colours only at a terminal, and not with NO_COLOR", () =>
  withServed(async ({ run }) => {
    assert.ok((await run(["status"], { isTerminal: true })).out.includes(`${ESCAPE}[`));
    assert.ok(!(await run(["status"], { isTerminal: true, env: { NO_COLOR: "1" } })).out.includes(ESCAPE));
  }));

Deno.test("perennial start, stop and force hand over model, reason and what becomes of a running cycle", () =>
  withServed(async ({ run, control }) => {
    assert.match(
      (await run(["start", "churn", "--why", "back"])).out,
      /^Automatic checks are on: churn \(request /,
    );
    assert.match(
      (await run(["stop", "--running", "cancel"])).out,
      /^Automatic checks are off: churn, spending/,
    );
    assert.equal(JSON.parse((await run(["force", "spending", "--json"])).out).models[0], "spending");
    assert.deepEqual(control.told.map(([action, model]) => `${action} ${model}`), [
      "start churn",
      "stop churn",
      "stop spending",
      "force spending",
    ]);
    assert.equal((control.told[1][2] as { running: string }).running, "cancel");
  }));

Deno.test("perennial force --wait shows the forced cycle stage by stage, and not one that ran before", () =>
  withServed(async ({ run, control, sql }) => {
    await addEndedCycle(sql, { number: 1 });
    const id = "retrainer/churn/cycle/2";
    let story = Promise.resolve();
    control.force = (model) => {
      story = (async () => {
        await openCycle(sql, {
          id,
          model,
          number: 2,
          runId: "r",
          trigger: "force",
          requestedBy: "owner",
          asOf: NOW,
          reasons: [],
          champion: 1,
        });
        await enterStage(sql, id, "train");
        await saveProgress(sql, id, { fraction: 0.5, text: "epoch 3" });
        await new Promise((done) => setTimeout(done, 1500));
        await endCycle(sql, id, "failed", "the disk is full");
      })();
      return Promise.resolve();
    };
    const ran = await run(["force", "churn", "--wait", "--timeout", "60"]);
    await story;
    assert.match(ran.err, /^churn: train 50 % \(epoch 3\)$/m);
    assert.match(ran.out, /^churn, cycle 2: failed\. Failed at "train": the disk is full$/);
    assert.equal(ran.code, 1);
  }));

Deno.test("perennial force --wait gives up when its time is over", () =>
  withServed(async ({ run }) => {
    const ran = await run(["force", "churn", "--wait", "--timeout", "1"]);
    assert.deepEqual([ran.code, ran.out], [1, ""]);
    assert.match(ran.err, /Still running after 1 s: churn/);
  }));

Deno.test("perennial models retire and restore take a model out of use and back, and the list says so", () =>
  withServed(async ({ run }) => {
    const done = await run(["models", "retire", "spending", "--why", "no use"]);
    assert.deepEqual([done.out, done.err], ["spending is out of use", ""]);
    const { out } = await run(["models"]);
    assert.match(out, /^churn +classification/m);
    assert.match(out, /^spending: retired .* by owner: no use$/m);
    const again = await run(["models", "retire", "spending"]);
    assert.deepEqual([again.code, again.err], [1, 'error: Cannot retire "spending": it is retired already']);
    const back = JSON.parse((await run(["models", "restore", "spending", "--json"])).out);
    assert.deepEqual([back.model, back.retired], ["spending", false]);
    assert.match((await run(["audit"])).out, /owner +retire +spending +.*no use/);
  }));

Deno.test("perennial models, rollback and promote show and move what serves", () =>
  withServed(async ({ run, sql }) => {
    for (const number of [1, 2]) await addEndedCycle(sql, { number });
    assert.match((await run(["models"])).out, /^churn +classification +2 +2 /m);
    assert.match(
      (await run(["models", "churn"])).out,
      /^ +2 +serving .* linear +accuracy 0\.7100 +probability/m,
    );
    assert.equal(
      (await run(["rollback", "churn", "--why", "complaints"])).out,
      "churn: version 1 serves instead of version 2",
    );
    assert.equal((await run(["promote", "churn", "2"])).out, "churn: version 2 serves instead of version 1");
    assert.match(
      (await run(["models", "churn", "--served"])).out,
      /roll back +1 +100\.0 % +2 +owner +complaints/,
    );
    assert.match((await run(["audit"])).out, /owner +roll back +churn +version 2 +version 1 +complaints/);
    const none = await run(["promote", "churn", "9"]);
    assert.deepEqual([none.code, none.err], [1, 'error: Cannot find version of churn "9"; there are 2, 1']);
  }));

Deno.test("perennial config gets, sets, resets and tells its history", () =>
  withServed(async ({ run }) => {
    assert.match((await run(["config"])).out, /^min_new_samples +100 +new data points/m);
    assert.equal(
      (await run(["config", "set", "min_new_samples=50", "gate=threshold", "--why", "small"])).out,
      "Version 1 is active",
    );
    await run(["config", "set", "--model", "churn", "confidence=0.95", "refit=false"]);
    const { config } = JSON.parse((await run(["config", "get", "--json"])).out);
    assert.deepEqual([config.min_new_samples, config.gate, config.models], [50, "threshold", {
      churn: { confidence: 0.95, refit: false },
    }]);
    assert.equal((await run(["config", "set", "--model", "churn", "--reset"])).out, "Version 3 is active");
    assert.match((await run(["config", "history"])).out, /^ +1 .* owner +small$/m);
    const bad = await run(["config", "set", "confidence=7"]);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /confidence/);
    assert.match(
      (await run(["config", "set", "min_samples=7"])).err,
      /There is no setting "min_samples"; did you mean min_new_samples\?/,
    );
    assert.equal((await run(["config", "set"])).code, 2);
  }));

Deno.test("perennial config try tells what settings would have done, and restore takes an earlier version", () =>
  withServed(async ({ run, sql }) => {
    const check = aCheck(findings({ asOf: NOW }));
    await saveCheck(sql, { ...check, findings: check.findings as never, workflowRun: "run 1" });
    const tried = await run(["config", "try", "routine_cutoffs=0", "canary_shares=0.1,0.5"]);
    assert.equal(tried.code, 0, tried.err);
    assert.match(tried.out, /^Nothing was changed/);
    assert.match(tried.out, /^routine_cutoffs +every model +1 +0$/m);
    assert.match(tried.out, /^churn +1 +1 +0 +1, 1 fewer +0, unchanged$/m);
    assert.match(tried.out, /2011-09-01 +churn +check +retrain +waiting for data/);
    assert.match(tried.out, /^- canary_shares governs what becomes/m);
    const json = JSON.parse((await run(["config", "try", "--model", "churn", "seed=4", "--json"])).out);
    assert.deepEqual(json.models.find((m: { model: string }) => m.model === "churn").checks.same, 1);
    assert.equal((await run(["config", "try"])).code, 2);
    await run(["config", "set", "seed=4"]);
    await run(["config", "set", "--model", "churn", "seed=5"]);
    const back = await run(["config", "restore", "1", "--why", "was better"]);
    assert.equal(back.out, "Version 3 is active, as version 1 was");
    const { config } = JSON.parse((await run(["config", "--json"])).out);
    assert.deepEqual([config.seed, config.models], [4, {}]);
    assert.match((await run(["config", "back", "9"])).err, /There is no version 9/);
  }));

Deno.test("perennial predict answers for ids given and for a file of them", () =>
  withServed(async ({ run }) => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, "17\n\n 18 \n");
    const { version, predictions } = JSON.parse(
      (await run(["predict", "churn", "16", "--file", file, "--json"])).out,
    );
    assert.deepEqual([version, predictions.map((p: { user: string }) => p.user)], [4, ["16", "17", "18"]]);
    assert.equal(predictions[1].prediction, byteAnswer(pseudonym("17")));
    const odd = await run(["predict", "churn", "x".repeat(201), "17", "\u{1f600}".repeat(200), "--json"]);
    const [tooLong, seventeen, emoji] = JSON.parse(odd.out).predictions;
    assert.deepEqual([tooLong.prediction, tooLong.reason], [null, "it is longer than 200 characters"]);
    assert.deepEqual([seventeen.prediction, emoji.user.length], [predictions[1].prediction, 400]);
    await Deno.writeFile(file, Uint8Array.from("17\rM\xfcller\ru\x004\r", (c) => c.charCodeAt(0)));
    const read = JSON.parse((await run(["predict", "churn", "--file", file, "--json"])).out).predictions;
    assert.deepEqual(read.map((p: { user: string }) => p.user), ["17", "Müller", "u\\x004"]);
    assert.match(read[2].reason, /NUL/);
    await Deno.remove(file);
    assert.match(
      (await run(["predict", "churn", "16"])).out,
      /^churn, version 4, as of 2011-09-01 00:00\nuser +prediction/,
    );
    assert.equal((await run(["predict", "churn"])).code, 2);
    assert.match((await run(["predict", "spending", "1"])).err, /nothing serves yet/);
  }));

Deno.test("perennial export writes the whole history, over several pages, as CSV, JSON or Parquet", () =>
  withServed(async ({ run, sql, call }) => {
    await sql`insert into cycles (id, model, number, run_id, trigger, as_of, stage, reasons, outcome, started_at, ended_at)
      select 'retrainer/churn/cycle/' || n, 'churn', n, 'r', 'interval', ${NOW}, 'ended', '[]', 'rejected',
             ${NOW}::timestamptz + n * interval '1 hour', ${NOW}::timestamptz + n * interval '1 hour' + interval '1 minute'
      from generate_series(1, 1203) n`;
    const rows = parse((await run(["export"])).out, { columns: true }) as Record<string, string>[];
    assert.deepEqual([rows.length, new Set(rows.map((r) => r.id)).size, rows[0].number, rows[0].seconds], [
      1203,
      1203,
      "1203",
      "60",
    ]);
    const file = await Deno.makeTempFile({ suffix: ".json" });
    assert.match((await run(["export", "--out", file])).err, /^1,203 cycles written to/);
    const schema = z.fromJSONSchema(await (await call("GET", "/retraining/history/schema")).json());
    const written = JSON.parse(await Deno.readTextFile(file));
    assert.ok(schema.safeParse(written).success);
    assert.deepEqual([written.cycles.length, written.next], [1203, null]);
    assert.deepEqual(JSON.parse((await run(["export", "--json"])).out), written);
    await Deno.remove(file);
    const parquet = await Deno.makeTempFile({ suffix: ".parquet" });
    assert.match((await run(["export", "--out", parquet])).err, /^1,203 cycles written to/);
    const read = await parquetReadObjects({ file: (await Deno.readFile(parquet)).buffer });
    assert.deepEqual([read.length, read[0].number], [1203, 1203]);
    await Deno.remove(parquet);
    const noFile = await run(["export", "--format", "parquet"]);
    assert.deepEqual([noFile.code, /name a file by --out/.test(noFile.err)], [2, true]);
  }));

Deno.test("perennial quarantine lists what is in it and why, and tries it again", () =>
  withServed(async ({ run, call }) => {
    const view = { type: "view", user: "u1", time: "2011-08-01T10:00:00Z" };
    await call("POST", "/events", [{ ...view, id: "a", price: -1 }, {
      ...view,
      id: "b",
      time: "2099-01-01T00:00:00Z",
    }]);
    const list = await run(["quarantine", "list"]);
    assert.match(list.out, /^1 +price is negative +\d{4}/m);
    assert.match(list.out, /api +time is in the future/);
    const replay = await run([
      "quarantine",
      "replay",
      "--reason",
      "price is negative",
      "--why",
      "a new rule",
    ]);
    assert.equal(replay.out.split("\n")[0], "1 tried: 0 went in, 0 were known already, 1 failed again");
    assert.match(
      (await run(["quarantine", "replay", "999", "--why", "x"])).out,
      /^No quarantined event matches/,
    );
    const refused = await run(["quarantine", "replay", "--why", "x"]);
    assert.match(refused.err, /need either the reason they wait for or their ids/);
    assert.equal((await run(["quarantine", "replay", "--reason", "x"])).code, 2);
  }));
