import assert from "node:assert/strict";
import { join } from "node:path";
import { seededRandom } from "../../src/core/random.ts";
import { STREAM_DETECTORS } from "../../src/drift/stream/mod.ts";
import { type Ran, runWith } from "./support.ts";

/** A stream whose class is where `x` lies on a ring, so that a straight line cannot tell it. */
function ringCsv({ rows, changeAt, without }: { rows: number; changeAt: number; without?: "y" }): string {
  const random = seededRandom(8);
  const lines = ["x,colour,y,class,concept"];
  for (let i = 0; i < rows; i++) {
    const x = random();
    const concept = i < changeAt ? "old" : "new";
    const inside = (x > 0.3 && x < 0.7) === (concept === "old");
    const said = random() < 0.05 ? !inside : inside;
    const colour = ["red", "blue", ""][Math.floor(3 * random())];
    const y = (concept === "old" ? 5 : 15) * x - 3 + random();
    lines.push(`${x.toFixed(4)},${colour},${without ? "" : y.toFixed(3)},${said ? "in" : "out"},${concept}`);
  }
  return lines.join("\n");
}

async function detect(csv: string, ...args: string[]): Promise<Ran> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-detect-" });
  try {
    const file = join(folder, "ring.csv");
    await Deno.writeTextFile(file, csv);
    return await runWith(["detect", file, ...args]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ours = (ran: Ran) => {
  assert.deepEqual([ran.code, ran.err], [0, ""]);
  const result = JSON.parse(ran.out);
  return { result, own: result.detectors.find((one: { budgeted: boolean }) => one.budgeted) };
};

Deno.test("perennial detect finds a planted change of a class that no straight line can tell", async () => {
  const csv = ringCsv({ rows: 4000, changeAt: 2000, without: "y" });
  const { result, own } = ours(await detect(csv, "--target", "class", "--truth", "concept", "--json"));
  assert.equal(result.changes.length, 1);
  const [change] = result.changes;
  assert.deepEqual([change.row, change.from, change.to], [2000, "old", "new"]);
  assert.ok(change.meanErrorBefore < 0.12, `${change.meanErrorBefore}`);
  assert.ok(change.meanErrorAfter > 0.8);
  assert.deepEqual([result.errors.kind, result.errors.n, result.runLength], ["binary", 3600, 360_000]);
  assert.deepEqual(
    result.detectors.map((one: { name: string }) => one.name),
    STREAM_DETECTORS.map((d) => d.name),
  );
  assert.ok(own.judged.delays[0] < 60 && own.judged.falseAlarms.length === 0, JSON.stringify(own));
});

Deno.test("perennial detect finds a planted change of a quantity, by its absolute errors", async () => {
  const csv = ringCsv({ rows: 3000, changeAt: 1500 });
  const { result, own } = ours(await detect(csv, "--target", "y", "--truth", "concept", "--json"));
  assert.equal(result.errors.kind, "real");
  assert.ok(result.changes[0].meanErrorBefore < 0.4, JSON.stringify(result.changes));
  assert.ok(own.judged.delays[0] < 100, JSON.stringify(own));
  assert.ok(!result.detectors.some((one: { name: string }) => one.name === "ddm"));
});

Deno.test("perennial detect is silent where nothing changes, and says so in a table", async () => {
  const csv = ringCsv({ rows: 3000, changeAt: 3000 });
  const ran = await detect(csv, "--target", "class", "--run-length", "100000");
  assert.equal(ran.code, 0);
  assert.match(ran.out, /^ring\.csv: 3,000 rows\. A model of "class" learned from the first 300/);
  assert.match(ran.out, /one false alarm in 100,000 rows/);
  assert.match(ran.out, /^shiryaev-roberts \* {2}none$/m);
  assert.equal(
    (await detect(ringCsv({ rows: 600, changeAt: 600 }), "--target", "class", "--truth", "concept")).out
      .match(/does not change/)?.length,
    1,
  );
});

for (
  const [name, args, rows, code, say] of [
    ["no target", [], 600, 2, /--target <column>/],
    ["a column that is none", ["--target", "klass"], 600, 2, /column "klass": have "x", "colour"/],
    ["a truth that is none", ["--target", "class", "--truth", "k"], 600, 2, /column "k"/],
    [
      "a target with one value",
      ["--target", "concept"],
      600,
      2,
      /need two different values, have only "old"/,
    ],
    ["too few rows", ["--target", "class"], 499, 1, /need >= 500, have 499/],
    [
      "a run length that is too short",
      ["--target", "class", "--run-length", "9"],
      600,
      2,
      /whole number >= 100/,
    ],
  ] as const
) {
  Deno.test(`perennial detect ends with ${code} and says why, given ${name}`, async () => {
    const ran = await detect(ringCsv({ rows, changeAt: rows }), ...args);
    assert.deepEqual([ran.code, ran.out], [code, ""]);
    assert.match(ran.err, say);
  });
}
