import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OWN_LEARNER } from "./own_learner.ts";
import { askPython } from "./python.ts";
import { writeRetailSets } from "./retail.ts";

/** A set of the bench, as a file, and how it is learned. */
export interface BenchSet {
  readonly name: string;
  readonly path: string;
  /** error or log, squared; null: error for 0 and 1, else squared */
  readonly loss: "error" | "log" | "squared" | null;
  /** newest blocks that a version learns from; 0: all */
  readonly window: number;
  /** blocks of history; 0: a quarter of all, 7 to 11 */
  readonly history: number;
  readonly seeds: number;
  readonly learners: readonly string[];
}

const LEARNERS: readonly string[] = ["linear", "lightgbm"];
const plain = { loss: null, window: 0, history: 0, learners: LEARNERS } as const;

/** Folder with sets that stay out of the project; WHEN_DATA names another one. */
export const dataFolder = () =>
  Deno.env.get("WHEN_DATA") ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));

const BUNDLED = new URL("../../data/", import.meta.url);

/**
 * The known sets, made or found; those that cannot be had are left out, with the reason.
 * @param seeds bootstraps of the training rows, the first being all rows as they are
 */
export async function knownSets(
  { python, folder, seeds, say }: {
    python: string;
    folder: string;
    seeds: number;
    say: (line: string) => void;
  },
): Promise<BenchSet[]> {
  const data = dataFolder();
  const made = (name: string) => join(folder, `${name}.csv.gz`);
  const { missing } = await askPython<{ missing: Record<string, string> }>(python, "make_sets.py", {
    folder,
    data,
  }, 15);
  for (const [name, why] of Object.entries(missing)) say(`when: left out: set "${name}": ${why}`);
  const sets: BenchSet[] = [];
  const add = async (set: BenchSet) => {
    if (await isFile(set.path)) sets.push(set);
    else say(`when: left out: set "${set.name}": there is no file "${set.path}"`);
  };
  await add({ ...plain, name: "elec2", path: join(data, "when_elec2.csv.gz"), seeds });
  await add({ ...plain, name: "hotel", path: join(data, "when_hotel.csv.gz"), seeds });
  if (!missing.flights) {
    await add({ ...plain, name: "flights", path: made("flights"), seeds });
  }
  for (const set of await shopSets(folder, seeds)) await add(set);
  for (const name of ["gauss", "circles"]) await add({ ...plain, name, path: made(name), window: 1, seeds });
  if (!missing.sea) await add({ ...plain, name: "sea", path: made("sea"), seeds });
  return sets;
}

/** Online Retail, churn and spending: the bundled 1,200 customers, which the own recipe learns as well, and the whole set. */
async function shopSets(folder: string, seeds: number): Promise<BenchSet[]> {
  const sets: BenchSet[] = [];
  for (const [shop, file] of [["demo", "online_retail_1200.csv.gz"], ["retail", "online_retail.csv.gz"]]) {
    const paths = {
      churn: join(folder, `${shop}-churn.csv.gz`),
      spending: join(folder, `${shop}-spending.csv.gz`),
    };
    if (!await isFile(paths.spending)) await writeRetailSets(fileURLToPath(new URL(file, BUNDLED)), paths);
    const isDemo = shop === "demo";
    const own = {
      ...plain,
      seeds: isDemo ? seeds : 1,
      learners: isDemo ? [...LEARNERS, OWN_LEARNER] : LEARNERS,
    };
    sets.push({ ...own, name: `${shop}-churn`, path: paths.churn });
    if (isDemo) sets.push({ ...own, name: `${shop}-churn-log`, path: paths.churn, loss: "log" });
    sets.push({ ...own, name: `${shop}-spending`, path: paths.spending });
  }
  return sets;
}

const isFile = (path: string) => Deno.stat(path).then((stat) => stat.isFile, () => false);
