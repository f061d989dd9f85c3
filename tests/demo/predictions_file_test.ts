import assert from "node:assert/strict";
import { join } from "node:path";
import { savePredictions } from "../../src/db/models/predictions.ts";
import { listReplayScores, saveReplayScores, servedBefore } from "../../src/db/cycles/replays.ts";
import { writePredictions } from "../../src/demo/predictions_file.ts";
import { pseudonym } from "../db/events_support.ts";
import { withDatabase } from "../db/database.ts";

const CUTOFF = "2011-03-29T00:00:00.000Z";
const said = { model: "churn", version: 2, asOf: CUTOFF, fallback: false, featureHash: "h" };
const names = new Map(["ann", 'Bob, "the" builder', "=1+1"].map((user) => [pseudonym(user), user]));
const answer = (user: string, prediction: number) => ({ userKey: pseudonym(user), prediction });

Deno.test("writePredictions() writes each served prediction once, with the ids of the file", () =>
  withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    await savePredictions(sql, { ...said, predictions: [answer("ann", 0.25), answer("=1+1", 0.1)] });
    await savePredictions(sql, {
      ...said,
      predictions: [answer("ann", 0.75), answer("not in the file", 0.5)],
    }); // asked again
    await savePredictions(sql, { ...said, version: null, predictions: [answer('Bob, "the" builder', 0.68)] });
    await savePredictions(sql, {
      ...said,
      asOf: "2011-04-01T00:00:00.000Z",
      predictions: [answer("ann", 1)],
    });
    const path = join(folder, "predictions.csv");
    const rows = await writePredictions(sql, path, { cutoffs: [CUTOFF], userOf: (key) => names.get(key) });
    const [head, ...lines] = (await Deno.readTextFile(path)).trimEnd().split("\r\n");
    await Deno.remove(folder, { recursive: true });
    assert.equal(head, "cutoff,user_id,model,version,prediction");
    assert.deepEqual(lines.toSorted(), [
      '2011-03-29,"Bob, ""the"" builder",churn,,0.68',
      "2011-03-29,'=1+1,churn,2,0.1", // no spreadsheet runs it
      "2011-03-29,ann,churn,2,0.75",
    ]);
    assert.equal(rows, 3);
  }));

Deno.test("writePredictions() says why, when it cannot write", () =>
  withDatabase(async (sql) => {
    await savePredictions(sql, { ...said, predictions: [answer("ann", 0.25)] });
    const path = join("no", "such", "folder", "predictions.csv");
    await assert.rejects(
      writePredictions(sql, path, { cutoffs: [CUTOFF], userOf: (key) => names.get(key) }),
      /ENOENT/,
    );
  }));

Deno.test("servedBefore() is what a policy served at the newest cut-off before, or undefined", () =>
  withDatabase(async (sql) => {
    const score = (cutoff: string, version: number | null) => ({
      replay: "r",
      model: "churn",
      policy: "threshold",
      cutoff,
      version,
      rows: 9,
      metrics: { accuracy: 0.7 },
    });
    const at = (cutoff: string) =>
      servedBefore(sql, { replay: "r", model: "churn", policy: "threshold", cutoff });
    await saveReplayScores(sql, [score("2011-04-12T00:00:00.000Z", 2), score(CUTOFF, null)]);
    await saveReplayScores(sql, [score("2011-04-12T00:00:00.000Z", 3)]);
    assert.deepEqual(
      await Promise.all([CUTOFF, "2011-04-12T00:00:00.000Z", "2011-05-01T00:00:00.000Z"].map(at)),
      [
        undefined,
        null,
        3,
      ],
    );
    assert.deepEqual((await listReplayScores(sql, "r")).map((s) => s.version), [null, 3]);
  }));
