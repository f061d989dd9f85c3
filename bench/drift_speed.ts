import process from "node:process";
import { gaussian, type Random, seededRandom } from "../src/core/random.ts";
import type { Table } from "../src/drift/table.ts";
import { compareWindows } from "../src/drift/windows.ts";
import type { Bench } from "./shared/bench.ts";
import { range, ratios, spread, whole } from "./shared/figures.ts";
import { pythonWithPeers, runPython } from "./shared/python.ts";

/** Sizes that are judged: rows of the reference and of the current window. */
const SIZES = [
  { features: 10, reference: 5_000, current: 200 },
  { features: 97, reference: 5_000, current: 1_000 },
  { features: 1_000, reference: 100_000, current: 100_000 },
] as const;
const QUICK = [{ features: 10, reference: 5_000, current: 200 }, {
  features: 30,
  reference: 20_000,
  current: 20_000,
}];
const RUNS = 3;

/** What a look may spend when the budget is 5 % over 24 looks. */
const ALPHA = 0.002;

interface Measured {
  size: { features: number; reference: number; current: number };
  method: string;
  oursS: number[];
  oursCpuS: number[];
  scipyS: number[];
  scipyCpuS: number[];
  memoryMiB: number;
}

export const driftSpeedBench: Bench = {
  name: "drift",
  about: "seconds to judge up to 1,000 features x 100,000 rows on one core, beside SciPy's ks_2samp",
  minutes: 20,
  async run({ say, quick }) {
    const python = await pythonWithPeers(say);
    const measured: Measured[] = [];
    const versions: Record<string, string> = {};
    for (const size of quick ? QUICK : SIZES) {
      say(`drift: ${size.features} features, ${size.current} rows now`);
      const ours = judge(size);
      const script = new URL("./drift_speed.py", import.meta.url);
      const args = [...Object.values(size), RUNS].map(String);
      const theirs = await runPython<
        { seconds: number[]; cpuSeconds: number[]; versions: Record<string, string> }
      >(
        python,
        script,
        args,
        600_000,
      );
      Object.assign(versions, theirs.versions);
      measured.push({ size, ...ours, scipyS: theirs.seconds, scipyCpuS: theirs.cpuSeconds });
    }
    return { report: report(measured), versions };
  },
};

function judge(
  { features, reference, current }: Measured["size"],
): Pick<Measured, "method" | "oursS" | "oursCpuS" | "memoryMiB"> {
  const random = seededRandom(1);
  const [then, now] = [reference, current].map((rows) => table(random, rows, features));
  const before = Deno.memoryUsage().rss;
  const oursS: number[] = [];
  const oursCpuS: number[] = [];
  let method = "";
  let most = before;
  for (let run = 0; run < RUNS; run++) {
    const from = performance.now();
    const used = process.cpuUsage();
    method = compareWindows(then, now, { alpha: ALPHA, alphaTogether: ALPHA, seed: run }).method;
    const { user, system } = process.cpuUsage(used);
    oursS.push((performance.now() - from) / 1000);
    oursCpuS.push((user + system) / 1e6);
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  return { method, oursS, oursCpuS, memoryMiB: (most - before) / 2 ** 20 };
}

/** Normal numbers, drawn from a million of them: drawing each anew would take longer than judging them. */
function table(random: Random, rows: number, features: number): Table {
  const drawn = Float32Array.from({ length: 1 << 20 }, gaussian(random));
  const values = new Float32Array(rows * features);
  for (let i = 0; i < values.length; i++) values[i] = drawn[Math.floor(random() * drawn.length)];
  return {
    names: Array.from({ length: features }, (_, f) => `feature ${f}`),
    kinds: new Array(features).fill("numeric"),
    rows,
    values,
  };
}

function report(measured: readonly Measured[]) {
  const seconds = (value: number) => `${value.toFixed(value < 1 ? 3 : 1)} s`;
  return {
    name: "drift",
    title: "What judging drift costs",
    method:
      "Normal data without a change, judged on one core by `compareWindows`: binning, all distances, the calibrated " +
      `test of each feature at alpha ${ALPHA} over all of them, the smallest change that would have been seen, and the ` +
      `check of all features at once. Beside it, in the same run, \`scipy.stats.ks_2samp\` per column (its default ` +
      `method), which gives one distance and one unadjusted p-value. ${RUNS} runs each. Seconds by the clock, and of the processor ` +
      "(all threads): the second grow less while others use the machine.",
    tables: [{
      title: "Seconds, median (lowest to highest)",
      head: [
        "features x rows now (reference)",
        "null",
        "Perennial",
        "of the processor",
        "SciPy ks_2samp",
        "of the processor",
        "ratio, processor",
        "memory beside the tables",
      ],
      rows: measured.map(({ size, method, oursS, oursCpuS, scipyS, scipyCpuS, memoryMiB }) => [
        `${whole(size.features)} x ${whole(size.current)} (${whole(size.reference)})`,
        method,
        range(spread(oursS), seconds),
        range(spread(oursCpuS), seconds),
        range(spread(scipyS), seconds),
        range(spread(scipyCpuS), seconds),
        range(ratios(oursCpuS, scipyCpuS), (value) => value.toFixed(2)),
        `${whole(memoryMiB)} MiB`,
      ]),
    }],
    notes: [
      "The first run of a size includes what the just-in-time compiler needs.",
      "Where something drifted, a permutation test takes up to 2,500 rounds at this alpha instead of a few dozen.",
    ],
    figures: measured,
  };
}
