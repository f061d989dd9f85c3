import { basename, dirname, resolve } from "node:path";
import type { BenchContext } from "../shared/bench.ts";
import { OWN_LEARNER } from "./own_learner.ts";
import { UnusableInputError } from "./python.ts";
import type { BenchSet } from "./sets.ts";

export const WHEN_HELP =
  `deno task bench when [--quick] [--sets NAME,NAME] [--learners NAME,NAME] [--seeds N] [--json OUT.json]
deno task bench when --data FILE.csv[.gz] [--json OUT.json] [--loss error|log|squared] [--window BLOCKS] [--history BLOCKS] [--seeds N]

Trains a linear model and LightGBM before every block of a set, scores every version on every later block, and replays
policies over these losses: what would each have cost, at eight prices of a training and several delays of the labels?

--data     a set of your own: CSV, gzip or not, with the columns
             block           whole number, the time step of the row
             target          0 and 1 only: classification; else regression
             known_at_block  optional: the block by whose start the outcome is known
           and any features: numbers or text, cells may be empty. At least 12 blocks. Needs no server.
--json     writes one row per set, learner, seed, delay, alpha and policy:
             {set, learner, seed, delay, alpha, policy, cost, trainings, oracle}
           cost = alpha * trainings + sum over blocks of the mean loss of what served; oracle: the least in hindsight, by
           trainings alone. "Perennial now, recalibrating" is the whole rule, and pays alpha / 50 for each recalibration
           beside; "Perennial now" is its trainings alone.
--loss     default: error (share of wrong answers) for classification, squared (over its variance) for regression
--window   newest blocks that a version learns from; default 0, all
--history  blocks that policies may look at and tune on for free; default a quarter of all, 7 to 11
--sets     of the known ones, these alone: elec2, hotel, flights, demo-churn, demo-churn-log, demo-spending, retail-churn,
           retail-spending, gauss, circles, sea
--learners these alone: linear, lightgbm, and perennial, the project's own recipe, on the demo's sets
--seeds    bootstraps of the training rows; default 2, the first being all rows as they are

Reads WHEN_DATA (folder with when_elec2.csv.gz, when_hotel.csv.gz, drift_sea_stream.csv.gz; a set that is not there is
left out) and WHEN_MATRICES (a folder to keep losses and the Python peers' schedules
in; those there are used again, whatever changed since).`;

/** Options of this bench. */
export interface WhenOptions {
  readonly data?: string;
  readonly json?: string;
  readonly loss?: string;
  readonly window?: string;
  readonly history?: string;
  readonly seeds?: string;
  readonly sets?: string;
  readonly learners?: string;
}

const ALL_LEARNERS: readonly string[] = ["linear", "lightgbm", OWN_LEARNER];
const LOSSES = ["error", "log", "squared"] as const;

/** The set that the options name. @throws {UnusableInputError} an option cannot be used */
export function ownSet({ data, json, loss, window, history, seeds, quick }: BenchContext): BenchSet {
  const path = data!;
  if (!isThere(path)) throw new UnusableInputError(`Cannot read --data "${path}": there is no such file`);
  if (json !== undefined && !isFolder(dirname(resolve(json)))) {
    throw new UnusableInputError(
      `Cannot write --json "${json}": there is no folder "${dirname(resolve(json))}"`,
    );
  }
  const known = loss === undefined ? null : LOSSES.find((name) => name === loss);
  if (known === undefined) {
    throw new UnusableInputError(`--loss has to be one of ${LOSSES.join(", ")}, is "${loss}"`);
  }
  return {
    name: basename(path).replace(/\.csv(\.gz)?$/, ""),
    path,
    loss: known,
    window: wholeNumber("window", window, 0, 0),
    history: wholeNumber("history", history, 0, 0),
    seeds: seedsOf({ seeds, quick }),
    learners: ["linear", "lightgbm"],
  };
}

/** @throws {UnusableInputError} it is no number of seeds */
export const seedsOf = ({ seeds, quick }: Pick<BenchContext, "seeds" | "quick">) =>
  wholeNumber("seeds", seeds, quick ? 1 : 2, 1);

/** Those of the known sets and learners that the options name. @throws {UnusableInputError} there is none of a name */
export function chosen(known: readonly BenchSet[], { sets, learners }: BenchContext): BenchSet[] {
  const names = sets?.split(",") ?? known.map(({ name }) => name);
  const unknown = names.find((name) => !known.some((set) => set.name === name));
  if (unknown !== undefined) {
    const have = known.map(({ name }) => name).join(", ");
    throw new UnusableInputError(`--sets has to name some of ${have}; has "${unknown}"`);
  }
  const wanted = learners?.split(",") ?? ALL_LEARNERS;
  const strange = wanted.find((name) => !ALL_LEARNERS.includes(name));
  if (strange !== undefined) {
    throw new UnusableInputError(
      `--learners has to name some of ${ALL_LEARNERS.join(", ")}; has "${strange}"`,
    );
  }
  return known.filter(({ name }) => names.includes(name))
    .map((set) => ({ ...set, learners: set.learners.filter((name) => wanted.includes(name)) }));
}

function wholeNumber(name: string, text: string | undefined, otherwise: number, least: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= 1000) return value;
  throw new UnusableInputError(`--${name} has to be a whole number from ${least} to 1000, is "${text}"`);
}

const isThere = (path: string) => statOf(path)?.isFile ?? false;
const isFolder = (path: string) => statOf(path)?.isDirectory ?? false;

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
