/** Reads the JUnit report that `deno test --junit-path` writes. */
import { basename } from "node:path";

/** A test that was left out, as `file: name`, and how the run came out. */
export interface TestReport {
  passed: number;
  failed: number;
  skipped: string[];
}

const CASE = /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;

/**
 * Counts passed, failed and skipped tests; steps count like tests.
 * A report without totals, or one that counts more failures than it lists, still counts them as failed.
 * @param fileOf the test file behind a loaded module's name, where the two differ
 */
export function readJunit(junit: string, fileOf: ReadonlyMap<string, string> = new Map()): TestReport {
  const cases = [...junit.matchAll(CASE)].map(([, name, file, inner = ""]) => ({
    title: `${fileOf.get(basename(file)) ?? file.replace(/^\.\//, "")}: ${decode(name)}`,
    skipped: inner.includes("<skipped"),
    failed: /<(failure|error)\b/.test(inner),
  }));
  const totals = junit.match(/<testsuites[^>]* failures="(\d+)" errors="(\d+)"/);
  const listed = cases.filter(({ failed }) => failed).length;
  const failed = totals === null
    ? Math.max(1, listed)
    : Math.max(listed, Number(totals[1]) + Number(totals[2]));
  const skipped = cases.filter((test) => test.skipped).map(({ title }) => title);
  return { passed: Math.max(0, cases.length - failed - skipped.length), failed, skipped };
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

const decode = (text: string): string =>
  text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ENTITIES[name]);
