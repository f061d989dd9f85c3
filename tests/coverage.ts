/**
 * Runs tests and says which lines of the project they reach; `coverage/html/index.html` shows each line. Without a path
 * it is every test, as `deno task test` runs them. `deno task coverage [PATH ...]`.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDER = "coverage";

async function deno(args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: ROOT, stdin: "null" });
  return (await command.spawn().status).success;
}

const paths = Deno.args.length > 0 ? Deno.args : ["tests/"];
await Deno.remove(`${ROOT}/${FOLDER}`, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
const passed = await deno(["run", "-A", "tests/run.ts", `--coverage=${FOLDER}`, ...paths]);
const shown = await deno(["coverage", FOLDER, "--html", "--exclude=/tests/|/bench/"]) &&
  await deno(["coverage", FOLDER, "--exclude=/tests/|/bench/"]);
Deno.exit(passed && shown ? 0 : 1);
