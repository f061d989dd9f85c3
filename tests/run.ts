/** Every check of the project, with all the set-up it needs; the last line counts them. `deno task test [PATH ...]`. */
import { getChromium } from "./browser/chromium.ts";
import { getPython } from "./notebooks/python.ts";
import { startTestInstallation } from "./support/test_installation.ts";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const REPORT = await Deno.makeTempFile({ suffix: ".xml" });

interface Tally {
  passed: number;
  failed: number;
}

async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env,
    stdin: "null",
  }).spawn().status;
  return success;
}

/** Checks of the code itself: format, lint, types. */
async function checks(): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  for (const args of [["fmt", "--check", "--quiet"], ["lint", "--quiet"], ["check", "--quiet", "."]]) {
    const started = performance.now();
    const ok = await deno(args);
    tally[ok ? "passed" : "failed"]++;
    console.log(`deno ${args.join(" ")}: ${ok ? "ok" : "failed"} (${seconds(started)})`);
  }
  return tally;
}

/** The tests, on one Postgres and one Temporal server for all of them. */
async function tests(paths: readonly string[]): Promise<Tally> {
  const installation = await startTestInstallation({ log: (line) => console.log(line) });
  try {
    const args = [
      "test",
      "-A",
      "--no-check",
      `--junit-path=${REPORT}`,
      ...paths.length > 0 ? paths : ["tests/"],
    ];
    const browser = await getChromium((line) => console.log(line));
    await getPython((line) => console.log(line));
    await deno(args, { ...installation.env, ...browser });
    return counted(await Deno.readTextFile(REPORT));
  } finally {
    await installation.stop();
    await Deno.remove(REPORT);
  }
}

/** Counts tests in a JUnit report; one that did not come to an end counts as one failure. */
export function counted(junit: string): Tally {
  const [, all, failures, errors] =
    junit.match(/<testsuites[^>]* tests="(\d+)" failures="(\d+)" errors="(\d+)"/) ??
      [null, "0", "1", "0"];
  const failed = Number(failures) + Number(errors);
  return { passed: Math.max(0, Number(all) - failed), failed };
}

const seconds = (started: number) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

if (import.meta.main) {
  const started = performance.now();
  const paths = Deno.args;
  const first = paths.length > 0 ? { passed: 0, failed: 0 } : await checks();
  const second = await tests(paths).catch((error) => {
    console.error(error);
    return { passed: 0, failed: 1 };
  });
  const failed = first.failed + second.failed;
  console.log(`All checks took ${seconds(started)}`);
  console.log(`${first.passed + second.passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}
