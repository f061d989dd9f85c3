import { join } from "node:path";
import { cacheHome } from "../../src/embedded/home.ts";
import type { Bench, BenchContext } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { type Matrix, readMatrix } from "./matrix.ts";
import { chosen, ownSet, seedsOf, WHEN_HELP } from "./options.ts";
import { OWN_LEARNER, ownPredictions } from "./own_learner.ts";
import { askPython, pythonForWhen } from "./python.ts";
import { reportOf } from "./report.ts";
import {
  LEVELS,
  type Priced,
  pricesOf,
  type Result,
  resultsOf,
  type Row,
  type Schedules,
  viewsOf,
} from "./run.ts";
import { type BenchSet, knownSets } from "./sets.ts";
import { viewOf } from "./view.ts";
import { oracle } from "../../src/backtest/losses/oracle.ts";

const MATRIX_MINUTES = 60;
const PEER_MINUTES = 120;
const PROCESSES = 2;

export const whenBench: Bench = {
  name: "when",
  about:
    "when to retrain: Perennial's rule beside published ones, calendars and the best schedule in hindsight; own sets",
  minutes: 300,
  help: WHEN_HELP,
  async run(context) {
    const python = await pythonForWhen(context.say);
    await using places = await foldersOf(context);
    const sets = context.data ? [ownSet(context)] : chosen(
      await knownSets({ python, folder: places.sets, seeds: seedsOf(context), say: context.say }),
      context,
    );
    const names = await makeMatrices(python, sets, places.matrices, context);
    const results = await measure(python, names, places.matrices, context.say);
    if (context.json) await writeRows(context.json, results);
    return { report: reportOf(results), versions: {} };
  },
};

/** Sets are kept in the cache folder, matrices only where WHEN_MATRICES names a folder: those there are used again. */
async function foldersOf({ quick }: BenchContext) {
  const temporary = await temporaryFolder();
  const sets = join(cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() }), "bench-when");
  const matrices = quick ? temporary.path : Deno.env.get("WHEN_MATRICES") ?? temporary.path;
  await Deno.mkdir(sets, { recursive: true });
  await Deno.mkdir(matrices, { recursive: true });
  return { sets, matrices, [Symbol.asyncDispose]: () => temporary.remove() };
}

async function makeMatrices(
  python: string,
  sets: readonly BenchSet[],
  out: string,
  context: BenchContext,
): Promise<string[]> {
  const jobs = sets.flatMap((set) =>
    set.learners.map((learner) => () => makeSetMatrices(python, set, learner, out, context))
  );
  return (await inTurns(jobs)).flat();
}

async function makeSetMatrices(
  python: string,
  set: BenchSet,
  learner: string,
  out: string,
  { quick, say }: BenchContext,
): Promise<string[]> {
  const { name, path, loss, window, history, seeds } = set;
  say(`when: training "${learner}" on "${name}" before every block`);
  const job = { set: name, path, loss, window, history, seeds, learners: [learner], out, quick };
  if (learner !== OWN_LEARNER) {
    return (await askPython<{ files: string[] }>(python, "matrices.py", job, MATRIX_MINUTES)).files;
  }
  const predictions = await ownPredictions(python, set, { folder: out, quick, say });
  if (!predictions) return [];
  const own = { ...job, seeds: 1, predictions };
  return (await askPython<{ files: string[] }>(python, "matrices.py", own, MATRIX_MINUTES)).files;
}

/** Replays every policy over every view of the matrices. */
async function measure(
  python: string,
  names: readonly string[],
  folder: string,
  say: (line: string) => void,
): Promise<Result[]> {
  const priced: Priced[] = [];
  const atOnce = new Map<string, Matrix>();
  for (const name of names) {
    const matrix = await readMatrix(folder, name);
    if (matrix.mode === "fixed" && matrix.minDelay === 0) atOnce.set(keyOf(matrix), matrix);
    for (const view of viewsOf(matrix, say)) priced.push({ name, view, alphas: pricesOf(view) });
  }
  const schedules = await peerSchedules(python, priced, folder);
  return priced.flatMap((one, i) => {
    say(`when: replaying over ${one.name}, delay ${one.view.delay} (${i + 1} of ${priced.length})`);
    return Array.from({ length: LEVELS }, (_, level) => {
      const free = atOnce.get(keyOf(one.view.matrix));
      const undelayed = free
        ? oracle({ ...viewOf(free, 0), start: one.view.start }, one.alphas[level]).cost
        : null;
      return resultsOf(one, level, schedules[i][level], undelayed);
    }).flat();
  });
}

const keyOf = ({ set, learner, seed }: Matrix) => `${set} ${learner} ${seed}`;

interface PeersFound {
  readonly views: readonly { readonly prices: readonly { trainings: Schedules; exact: number }[] }[];
}

/** What the Python peers would have done, view by view and price by price. @throws {Error} the oracles differ */
async function peerSchedules(
  python: string,
  priced: readonly Priced[],
  folder: string,
): Promise<Schedules[][]> {
  const shares = Array.from(
    { length: PROCESSES },
    (_, share) => priced.filter((_, i) => i % PROCESSES === share),
  );
  const found = await Promise.all(shares.map(async (share) => {
    const views = share.map(({ name, view, alphas }) => ({
      name,
      delay: view.delay,
      start: view.start,
      alphas,
    }));
    if (views.length === 0) return [];
    return (await askPython<PeersFound>(python, "peers.py", { folder, views }, PEER_MINUTES)).views;
  }));
  return priced.map(({ name, view, alphas }, i) => {
    const { prices } = found[i % PROCESSES][Math.floor(i / PROCESSES)];
    prices.forEach(({ exact }, level) => {
      const { cost } = oracle(view, alphas[level]);
      if (Math.abs(exact - cost) > 1e-6) {
        throw new Error(
          `Oracles differ on ${name}: RetrainOpt's exact schedule costs ${exact}, ours ${cost}`,
        );
      }
    });
    return prices.map(({ trainings }) => trainings);
  });
}

async function writeRows(path: string, results: readonly Result[]): Promise<void> {
  const rows = results.map(({ set, learner, seed, delay, alpha, policy, cost, trainings, oracle }): Row => ({
    set,
    learner,
    seed,
    delay,
    alpha,
    policy,
    cost,
    trainings,
    oracle,
  }));
  await Deno.writeTextFile(path, `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`);
  console.error(`Written: ${path}`);
}

/** Runs jobs, as many at a time as there are processes to use. */
async function inTurns<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < jobs.length) {
      const job = next++;
      results[job] = await jobs[job]();
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, worker));
  return results;
}
