import assert from "node:assert/strict";
import { join } from "node:path";
import { isRunning } from "../src/embedded/process.ts";
import { waitUntil } from "../src/embedded/waiting.ts";
import { readJunit } from "./junit.ts";
import { failures, summary } from "./run.ts";
import { ALLOWED_SKIPS, unexpectedSkips } from "./skips.ts";

/** Runs `code` as a test file of its own, and reads its report. */
async function reportOf(code: string) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "a_test.ts"), code);
    const args = ["test", "--no-check", "--no-config", "--junit-path=report.xml", "a_test.ts"];
    await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
    return readJunit(await Deno.readTextFile(join(folder, "report.xml")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readJunit() tells passed, failed and skipped apart in a report of Deno's", async () => {
  const report = await reportOf(`
    Deno.test("passes", () => {});
    Deno.test({ name: 'is "left" <out>', ignore: true, fn() {} });
    Deno.test("fails", () => { throw new Error("no"); });`);
  assert.deepEqual(report, { passed: 1, failed: 1, skipped: ['a_test.ts: is "left" <out>'] });
});

Deno.test("readJunit() counts a report without totals as a failure", () =>
  assert.deepEqual(readJunit(""), { passed: 0, failed: 1, skipped: [] }));

const report = { passed: 5, failed: 0, skipped: ["a_test.ts: one", "b_test.ts: two"] };
const allowed = [{ file: "a_test.ts", name: "one", reason: "no disk" }];
for (
  const [name, ci, want] of [
    ["in CI fails the run if the list does not name it", true, 1],
    ["elsewhere is only counted", false, 0],
  ] as const
) {
  Deno.test(`failures(): a skipped test ${name}`, () =>
    assert.equal(failures(report, { ci, allowed }), want));
}

Deno.test("summary() names all three counts, and nothing after them", () =>
  assert.equal(summary({ ...report, failed: 1 }), "5 passed, 1 failed, 2 skipped"));

for (const { file, name, reason } of ALLOWED_SKIPS) {
  Deno.test(`the skip of "${name}" has a reason, and a test that can be skipped`, async () => {
    const source = await Deno.readTextFile(new URL(`../${file}`, import.meta.url));
    assert.match(source.slice(source.indexOf(name)), /^[\s\S]{0,300}?\bignore:/);
    assert.ok(reason.length > 20);
    assert.deepEqual(unexpectedSkips([`${file}: ${name}`]), []);
  });
}

/** Has a process of its own run a command of Deno's that never ends by itself. @returns what that process says, by and by */
function runner(): { process: Deno.ChildProcess; said: ReadableStreamDefaultReader<string> } {
  const module = new URL("./run_deno.ts", import.meta.url).href;
  const endless = "console.log(Deno.pid); setInterval(() => {}, 1000);";
  const code = `import { endOnSignals, runDeno } from "${module}";
    endOnSignals();
    await runDeno(["eval", ${JSON.stringify(endless)}]);
    console.log("tidied up");`;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", code],
    stdout: "piped",
  }).spawn();
  return { process, said: process.stdout.pipeThrough(new TextDecoderStream()).getReader() };
}

for (
  const [signal, last] of [
    ["SIGKILL", undefined],
    ["SIGTERM", "tidied up\n"],
  ] as const
) {
  Deno.test(`runDeno() leaves no command behind when its process is ended by ${signal}`, async () => {
    const { process, said } = runner();
    const pid = Number((await said.read()).value);
    assert.ok(isRunning(pid));
    process.kill(signal);
    await process.status;
    assert.ok(await waitUntil(() => Promise.resolve(!isRunning(pid)), { withinMs: 60_000, everyMs: 20 }));
    assert.equal((await said.read()).value, last);
    await said.cancel();
  });
}
