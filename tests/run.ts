/** Every check of the project, with all the set-up it needs; the last line counts them. `deno task test [PATH ...]`. */
import { getChromium } from "./browser/chromium.ts";
import { getPython } from "./notebooks/python.ts";
import { readJunit, type TestReport } from "./junit.ts";
import { ALLOWED_SKIPS, type AllowedSkip, unexpectedSkips } from "./skips.ts";
import { startTestInstallation } from "./support/test_installation.ts";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NOTHING: TestReport = { passed: 0, failed: 0, skipped: [] };

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
async function checks(): Promise<TestReport> {
  const report: TestReport = { passed: 0, failed: 0, skipped: [] };
  for (const args of [["fmt", "--check", "--quiet"], ["lint", "--quiet"], ["check", "--quiet", "."]]) {
    const started = performance.now();
    const ok = await deno(args);
    report[ok ? "passed" : "failed"]++;
    console.log(`deno ${args.join(" ")}: ${ok ? "ok" : "failed"} (${seconds(started)})`);
  }
  return report;
}

/** The tests, on one Postgres and one Temporal server for all of them. */
async function tests(paths: readonly string[]): Promise<TestReport> {
  const installation = await startTestInstallation({ log: (line) => console.log(line) });
  const reportFile = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const args = [
      "test",
      "-A",
      "--no-check",
      `--junit-path=${reportFile}`,
      ...paths.length > 0 ? paths : ["tests/"],
    ];
    const browser = await getChromium((line) => console.log(line));
    await getPython((line) => console.log(line));
    const ended = await deno(args, { ...installation.env, ...browser });
    const report = readJunit(await Deno.readTextFile(reportFile));
    // a file that does not load, or a leak, ends the run without a failed test in the report
    return ended || report.failed > 0 ? report : { ...report, failed: 1 };
  } finally {
    await installation.stop();
    await Deno.remove(reportFile);
  }
}

/** Adds up how two parts of the run came out. */
const sum = (a: TestReport, b: TestReport): TestReport => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: [...a.skipped, ...b.skipped],
});

/** Returns how many tests failed; in CI a skipped test that no list allows is one of them. */
export function failures(
  { failed, skipped }: TestReport,
  { ci, allowed = ALLOWED_SKIPS }: { ci: boolean; allowed?: readonly AllowedSkip[] },
): number {
  return ci ? failed + unexpectedSkips(skipped, allowed).length : failed;
}

/** Returns the run's last line. */
export const summary = ({ passed, failed, skipped }: TestReport): string =>
  `${passed} passed, ${failed} failed, ${skipped.length} skipped`;

/** Says which tests were left out, and which of them must not be. */
function listSkipped({ skipped }: TestReport, ci: boolean): void {
  const unexpected = new Set(unexpectedSkips(skipped));
  for (const title of skipped) {
    const fault = ci && unexpected.has(title)
      ? " (fails in CI: it is not on the list in tests/skips.ts)"
      : "";
    console.log(`skipped: ${title}${fault}`);
  }
}

const seconds = (started: number) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

if (import.meta.main) {
  const started = performance.now();
  const ci = Deno.env.get("CI") === "true";
  const paths = Deno.args;
  const code = paths.length > 0 ? NOTHING : await checks();
  const tested = await tests(paths).catch((error) => {
    console.error(error);
    return { ...NOTHING, failed: 1 };
  });
  const report = sum(code, tested);
  const failed = failures(report, { ci });
  listSkipped(report, ci);
  console.log(`All checks took ${seconds(started)}`);
  console.log(summary({ ...report, failed }));
  Deno.exit(failed === 0 ? 0 : 1);
}
