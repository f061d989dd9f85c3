/** Every check of the project, with all the set-up it needs; the last line counts them. `deno task test [PATH ...]`. */
import { getChromium } from "./browser/chromium.ts";
import { getPhp } from "./docs/php.ts";
import { getPython } from "./notebooks/python.ts";
import { pythonForWhen } from "../bench/when/python.ts";
import { readJunit, type TestReport } from "./junit.ts";
import { writeModules } from "./modules.ts";
import { findHelm } from "./support/chart.ts";
import { findS3Server } from "./support/s3_server.ts";
import { testFiles } from "./test_files.ts";
import { ALLOWED_SKIPS, type AllowedSkip, unexpectedSkips } from "./skips.ts";
import { startTestInstallation } from "./support/test_installation.ts";
import { endOnSignals, endWithUs, runDeno } from "./run_deno.ts";
import { writeCode } from "./notebooks/code.ts";
import { join } from "node:path";

const NOTHING: TestReport = { passed: 0, failed: 0, skipped: [] };

/** Checks of the code itself: format, lint, types, also of docstrings' examples and notebooks, and that examples run. */
async function checks(): Promise<TestReport> {
  const report: TestReport = { passed: 0, failed: 0, skipped: [] };
  const notebooks = await Deno.makeTempDir();
  try {
    await writeCode(notebooks);
    for (
      const args of [
        ["fmt", "--check", "--quiet"],
        ["lint", "--quiet"],
        ["check", "--quiet", "--doc", ".", notebooks], // at once: what they import is checked once
        ["test", "--doc", "-A", "--no-check", "--quiet", "--reporter=dot", "src"],
      ]
    ) {
      const started = performance.now();
      const ok = await runDeno(args);
      report[ok ? "passed" : "failed"]++;
      console.log(`deno ${args.join(" ")}: ${ok ? "ok" : "failed"} (${seconds(started)})`);
    }
  } finally {
    await Deno.remove(notebooks, { recursive: true });
  }
  return report;
}

/**
 * What the tests need besides their servers: a browser and Python. What takes minutes on a bare machine, the bench's Python
 * and programs that Go builds, is made ahead for a whole run alone: the tests that need it make it where it is missing.
 */
async function getPrograms({ isWholeRun }: { isWholeRun: boolean }): Promise<Record<string, string>> {
  const say = (line: string) => console.log(line);
  const browser = await getChromium(say); // one after the other: apt-get has one lock
  await getPython(say);
  await getPhp(say);
  if (isWholeRun) {
    await pythonForWhen(say);
    await findHelm(); // Go builds take all cores for minutes, which tests beside them would feel
    await findS3Server();
  }
  return browser;
}

/** Files at once: many wait for a server, a browser or a retry, so two more than there are cores. */
const FILES_AT_ONCE = navigator.hardwareConcurrency + 2;

/** The tests, on one Postgres and one Temporal server for all of them, several files at once. */
async function tests(paths: readonly string[], programs: Record<string, string>): Promise<TestReport> {
  const installation = await startTestInstallation({ log: (line) => console.log(line) });
  await using _watched = endWithUs(...installation.pids);
  const folder = await Deno.makeTempDir();
  const reportFile = join(folder, "report.xml");
  try {
    const fileOf = paths.length === 0 ? await writeModules(folder, await testFiles(["tests"])) : undefined;
    const args = [
      "test",
      "-A",
      "--no-check",
      "--parallel",
      `--junit-path=${reportFile}`,
      ...paths.length > 0 ? paths : [folder],
    ];
    const jobs = { DENO_JOBS: String(FILES_AT_ONCE) };
    const ended = await runDeno(args, { ...jobs, ...installation.env, ...programs });
    const report = readJunit(await Deno.readTextFile(reportFile), fileOf);
    // a file that does not load, or a leak, ends the run without a failed test in the report
    return ended || report.failed > 0 ? report : { ...report, failed: 1 };
  } finally {
    await installation.stop();
    await Deno.remove(folder, { recursive: true });
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
  endOnSignals();
  const started = performance.now();
  const ci = Deno.env.get("CI") === "true";
  const paths = Deno.args;
  const isWholeRun = paths.length === 0;
  const code = isWholeRun ? checks() : NOTHING; // beside the tests, which wait often
  const tested = await getPrograms({ isWholeRun }).then((programs) => tests(paths, programs)).catch(
    (error) => {
      console.error(error);
      return { ...NOTHING, failed: 1 };
    },
  );
  const report = sum(await code, tested);
  const failed = failures(report, { ci });
  listSkipped(report, ci);
  console.log(`All checks took ${seconds(started)}`);
  console.log(summary({ ...report, failed }));
  Deno.exit(failed === 0 ? 0 : 1);
}
