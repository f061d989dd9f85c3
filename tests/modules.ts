/**
 * Deals the test files of a whole run into the modules that `deno test` loads, in the order in which they begin.
 *
 * Deno loads everything anew for each module: a fifth of the processor time of a run in which each file is one. Files of one
 * area import much the same, so they share modules. What starts programs, browsers or workers of its own stays alone, and
 * such files are spread over the run, as they wait often.
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ALLOWED_SKIPS } from "./skips.ts";
import { SIMULATES } from "./test_files.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Areas whose files share modules. */
const SHARED = new Set([
  ..."activities alerts api app backtest bench cli client config core dashboard db demo detect doctor docs drift events"
    .split(" "),
  ..."features federated format impact models monitoring onnx performance quality registry retraining rollout security"
    .split(" "),
  ..."serving stats telemetry training validation".split(" "),
]);
const FILES_A_MODULE = 9;

/** Take minutes, so that others can run beside them until the end. */
const LONGEST = [
  "tests/e2e/main_job_test.ts",
  "tests/browser/axe_test.ts",
  "tests/workflows/retrainer_test.ts",
];

/** Test files that are loaded as one. */
type Module = readonly string[];

const areaOf = (file: string) => file.split("/").length > 2 ? file.split("/")[1] : "";

/** Says whether a file can be loaded with others: a skip is allowed to a file by its name, a simulation takes long. */
const isShared = (file: string, simulates: boolean): boolean =>
  SHARED.has(areaOf(file)) && !simulates && !ALLOWED_SKIPS.some((skip) => skip.file === file);

/** Spreads `few` evenly over `many`; both keep their order. */
function spread<T>(many: readonly T[], few: readonly T[]): T[] {
  const places = [
    ...many.map((item, i) => ({ item, at: i / many.length })),
    ...few.map((item, i) => ({ item, at: i / few.length })),
  ];
  return places.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** Returns every test file once, in modules, in the order in which they begin. */
export function modulesOf(files: readonly { path: string; simulates: boolean }[]): Module[] {
  const alone: Module[] = [];
  const shared = new Map<string, string[][]>();
  for (const { path, simulates } of files) {
    if (!isShared(path, simulates)) alone.push([path]);
    else addTo(shared, path);
  }
  const rank = ([path]: Module) => LONGEST.includes(path) ? LONGEST.indexOf(path) : LONGEST.length;
  return spread(alone.sort((a, b) => rank(a) - rank(b)), [...shared.values()].flat());
}

function addTo(shared: Map<string, string[][]>, path: string): void {
  const area = areaOf(path);
  const modules = shared.get(area) ?? [];
  if ((modules.at(-1)?.length ?? FILES_A_MODULE) === FILES_A_MODULE) modules.push([]);
  modules.at(-1)!.push(path);
  shared.set(area, modules);
}

/** Writes the modules that load some test files into a folder, and returns the file or area behind each one's name. */
export async function writeModules(folder: string, paths: readonly string[]): Promise<Map<string, string>> {
  const files = await Promise.all(paths.map(async (path) => ({
    path,
    simulates: (await Deno.readTextFile(join(ROOT, path))).startsWith(SIMULATES),
  })));
  const written = new Map<string, string>();
  for (const [i, module] of modulesOf(files).entries()) {
    const name = `${String(i).padStart(3, "0")}_${nameOf(module)}_test.ts`;
    const lines = module.map((path) => `import ${JSON.stringify(pathToFileURL(join(ROOT, path)).href)};\n`);
    await Deno.writeTextFile(join(folder, name), lines.join(""));
    written.set(name, module.length === 1 ? module[0] : `tests/${areaOf(module[0])}`);
  }
  return written;
}

const nameOf = (module: Module): string =>
  module.length === 1
    ? module[0].replace(/^tests\//, "").replace(/_test\.tsx?$/, "").replaceAll("/", "_")
    : areaOf(module[0]);
