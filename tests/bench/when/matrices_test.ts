import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Matrix, readMatrix } from "../../../bench/when/matrix.ts";
import { oracle } from "../../../src/backtest/losses/oracle.ts";
import { OWN_LEARNER, ownPredictions } from "../../../bench/when/own_learner.ts";
import { askPython, pythonForWhen } from "../../../bench/when/python.ts";
import { pricesOf, viewsOf } from "../../../bench/when/run.ts";
import { seededRandom } from "../../../src/core/random.ts";

const BLOCKS = 16;
const ROWS = 60;

/** A set with numbers, text and empty cells, whose boundary moves at block 9; `late` flips the labels of block 14. */
function csvOf(
  { late = false, header = "block,known_at_block,x,colour,target", blocks = BLOCKS } = {},
): string {
  const random = seededRandom(3);
  const lines = [header];
  for (let block = 0; block < blocks; block++) {
    for (let row = 0; row < ROWS; row++) {
      const x = random();
      const colour = ["red", "green", ""][Math.floor(3 * random())];
      const y = (x > (block < 9 ? 0.3 : 0.7)) !== (late && block === 14) ? 1 : 0;
      const knownAt = block + (random() < 0.03 ? 5 : Math.floor(3 * random())); // a few take long
      lines.push([block, knownAt, random() < 0.1 ? "" : x.toFixed(4), colour, y].join(","));
    }
  }
  return lines.join("\n") + "\n";
}

const python = pythonForWhen(() => undefined);

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function matricesOf(folder: string, name: string, csv: string): Promise<Matrix[]> {
  const path = join(folder, `${name}.csv.gz`);
  await Deno.writeFile(path, gzipSync(csv));
  const job = {
    set: name,
    path,
    out: folder,
    learners: ["linear", "lightgbm"],
    seeds: 1,
    history: 0,
    window: 0,
  };
  const { files } = await askPython<{ files: string[] }>(await python, "matrices.py", {
    ...job,
    loss: null,
    quick: false,
  }, 5);
  return await Promise.all(files.map((file) => readMatrix(folder, file)));
}

const mixedFolder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(mixedFolder, { recursive: true }));

let made: Promise<Matrix[]> | undefined;
/** The matrices of the set as it is; made once for all tests of this file. */
const mixedMatrices = (): Promise<Matrix[]> => made ??= matricesOf(mixedFolder, "mixed", csvOf());

Deno.test("matrices: two learners under three ways of labels becoming known; losses only of blocks not learned", async () => {
  const matrices = await mixedMatrices();
  assert.deepEqual(
    matrices.map(({ learner, mode }) => `${learner} ${mode}`),
    ["linear", "lightgbm"].flatMap((learner) =>
      ["fixed", "natural-complete", "natural-known"].map((mode) => `${learner} ${mode}`)
    ),
  );
  for (const { versions, loss, mode, knownAt } of matrices) {
    versions.forEach(({ before, through }, v) => {
      loss[v].forEach((value, j) => assert.equal(value === null, through === null || j <= through));
      if (mode === "fixed") assert.equal(through, before - 1);
      if (mode === "natural-complete" && through !== null) assert.ok(knownAt[through] <= before);
    });
  }
  const [fixed] = matrices;
  assert.ok(fixed.loss[8][9]! > fixed.loss[8][8]! + 0.2, "the boundary that moved costs");
  assert.ok(fixed.loss[13][14]! < fixed.loss[8][14]! - 0.05, "and training again helps");
  assert.ok(
    matrices.slice(1, 3).every(({ seen }) => seen),
    "what is seen first is kept apart from what is paid",
  );
});

Deno.test("matrices: labels of a later block change nothing that was learned or lost before", () =>
  inFolder(async (folder) => {
    const before = await mixedMatrices();
    const after = await matricesOf(folder, "late", csvOf({ late: true }));
    before.forEach((matrix, i) => {
      matrix.loss.forEach((losses, v) =>
        assert.deepEqual(losses.slice(0, 14), after[i].loss[v].slice(0, 14))
      );
      assert.notDeepEqual(matrix.loss.map((row) => row[14]), after[i].loss.map((row) => row[14]));
      matrix.recal.forEach((byStart, v) =>
        byStart.forEach((losses, r) => {
          if (r <= 14) assert.deepEqual(losses?.slice(0, 14 - r), after[i].recal[v][r]?.slice(0, 14 - r));
        })
      );
    });
  }));

Deno.test("matrices: the project's own recipe is trained before every block, and learns", () =>
  inFolder(async (folder) => {
    const path = join(folder, "own.csv.gz");
    await Deno.writeFile(path, gzipSync(csvOf({ blocks: 12 })));
    const set = { name: "own", path, loss: null, window: 0, history: 0, seeds: 1, learners: [OWN_LEARNER] };
    const predictions = await ownPredictions(await python, set, {
      folder,
      quick: false,
      say: () => undefined,
    });
    const job = { ...set, set: "own", out: folder, quick: false, predictions };
    const { files } = await askPython<{ files: string[] }>(await python, "matrices.py", job, 5);
    assert.deepEqual(files, ["own.perennial.seed1.fixed"]);
    const { loss } = await readMatrix(folder, files[0]);
    loss.forEach((losses, v) => losses.forEach((value, j) => assert.equal(value === null, j <= v)));
    assert.ok(loss[7][8]! < 0.25, `error before the boundary moves: ${loss[7][8]}`);
    assert.ok(loss[7][9]! > 0.3, `error after: ${loss[7][9]}`);
  }));

Deno.test("oracle: RetrainOpt's exact planner finds the same cost on every view; all Python peers answer", async () => {
  const views = (await mixedMatrices()).flatMap((matrix) =>
    viewsOf(matrix, () => undefined).map((view) => ({ view, alphas: pricesOf(view) }))
  );
  const asked = views.map(({ view: { matrix, delay, start }, alphas }) => ({
    name: `mixed.${matrix.learner}.seed1.${matrix.mode}`,
    delay,
    start,
    alphas: [alphas[1], alphas[6]],
  }));
  interface Answer {
    views: { prices: { alpha: number; exact: number; trainings: Record<string, number[]> }[] }[];
  }
  const answer = await askPython<Answer>(await python, "peers.py", { folder: mixedFolder, views: asked }, 5);
  assert.ok(views.length >= 8, `views: ${views.length}`);
  answer.views.forEach(({ prices }, i) => {
    for (const { alpha, exact, trainings } of prices) {
      assert.ok(Math.abs(exact - oracle(views[i].view, alpha).cost) < 1e-9);
      assert.deepEqual(
        Object.keys(trainings).sort(),
        ["ADWIN", "FHDDM", "KSWIN", "RetrainOpt Base", "RetrainOpt Learned", "UPF", "UPF, 8 ahead"],
      );
    }
  });
});

const FAULTS: readonly [string, string, RegExp][] = [
  [
    "no block",
    csvOf({ header: "week,known_at_block,x,colour,target" }),
    /there is no column "block"; there are "week"/,
  ],
  ["no target", csvOf({ header: "block,known_at_block,x,colour,y" }), /there is no column "target"/],
  [
    "text in target",
    csvOf().replace(/,[01]\n$/, ",maybe\n"),
    /"target" has to hold numbers, row 960 has "maybe"/,
  ],
  [
    "half a block",
    csvOf().replace("\n15,", "\n14.5,"),
    /"block" has to hold whole numbers, row \d+ has 14.5/,
  ],
  ["few blocks", csvOf({ blocks: 8 }), /need at least 12 blocks in column "block", have 8/],
];
for (const [name, csv, message] of FAULTS) {
  Deno.test(`matrices: a set with ${name} is refused, with column and value`, () =>
    inFolder((folder) => assert.rejects(matricesOf(folder, "faulty", csv), message)));
}
