/** Every command of docs/operating.md runs against the real API, or stands here with the test that runs it, or why none can. */
import assert from "node:assert/strict";
import { openAlert } from "../../src/db/alerts/alerts.ts";
import { addEndedCycle, aYear, bytePredictor } from "../api/support.ts";
import { anAlert, NOW_MS } from "../app/alerts/support.ts";
import { type ServedCli, withServed } from "../cli/support.ts";
import { readPage } from "./sources.ts";

const page = await readPage("docs/operating.md");

/** Lines of its code blocks that call something, without their comments. */
const LINES = page.split("\n").filter((line) => /^( {4})?(deno|podman|docker|helm|temporal|curl) /.test(line))
  .map((line) => line.trim().replace(/ +#.*/, ""));

const COMMANDS = [...new Set(LINES)]; // the page adds the same key twice

/** Beginnings of commands that do not run here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "deno task up": "it stays: tests/e2e/tutorial_test.ts starts it",
  "deno task perennial import": "it goes to an installation's database: tests/e2e/tutorial_test.ts runs it",
  "deno task perennial force": "it waits for a worker: tests/e2e runs it",
  "deno task perennial backtest": "it watches until a worker is done: tests/cli/backtest_test.ts runs it",
  "deno task perennial backup": "it needs an installation: tests/cli/backup_commands_test.ts runs it",
  "deno task perennial restore": "it needs an installation: tests/cli/backup_commands_test.ts runs it",
  "deno task perennial migrate": "it needs an installation: tests/cli/migrate_test.ts runs it",
  "deno task perennial federated": "it waits for a worker: tests/cli/federated_test.ts runs it",
  "temporal workflow signal": "Temporal's own program is not part of an installation",
  "podman build": "it needs registries: deno task chaos container runs the steps",
  "docker compose": "it needs registries: tests/deploy reads the file",
  "helm install": "it needs a cluster: tests/deploy renders the chart",
};

const placeOf = (command: string) =>
  Object.keys(ELSEWHERE).find((beginning) => command.startsWith(beginning));

/** The arguments as a shell takes them apart. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c);

/** What the page's numbers and names stand for: four versions, seven alerts. */
async function prepare({ sql }: ServedCli): Promise<void> {
  await aYear(sql);
  for (const number of [1, 2, 3, 4]) await addEndedCycle(sql, { number });
  for (let id = 1; id <= 7; id++) await openAlert(sql, anAlert({ key: `alert/${id}` }), { nowMs: NOW_MS });
}

const answering: typeof bytePredictor = {
  ...bytePredictor,
  predict: (asked) => bytePredictor.predict({ ...asked, model: "churn" }),
};

Deno.test("docs/operating.md: every command of the command line runs as it stands there", () =>
  withServed(async (served) => {
    await prepare(served);
    const folder = await Deno.makeTempDir({ prefix: "perennial-operating-" });
    const here = COMMANDS.filter((command) =>
      command.startsWith("deno task perennial ") && placeOf(command) === undefined
    );
    assert.ok(here.length >= 15, here.join("\n"));
    const before = Deno.cwd();
    try {
      Deno.chdir(folder); // some write files
      for (const command of here) {
        const [, , , ...args] = wordsOf(command);
        const { code, err } = await served.run(args);
        assert.equal(code, 0, `${command}\n${err}`);
      }
    } finally {
      Deno.chdir(before);
      await Deno.remove(folder, { recursive: true });
    }
  }, { predictor: answering }));

Deno.test("docs/operating.md: what no test can run of it has a reason, and no reason is left over", () => {
  const others = COMMANDS.filter((command) => !command.startsWith("deno task perennial "));
  const unexplained = others.filter((command) =>
    !command.startsWith("curl") && placeOf(command) === undefined
  );
  assert.deepEqual(unexplained, []);
  const unused = Object.keys(ELSEWHERE).filter((beginning) => !COMMANDS.some((c) => c.startsWith(beginning)));
  assert.deepEqual(unused, []);
});

Deno.test("docs/operating.md: the curl commands send an event and ask for a prediction", () =>
  withServed(async ({ call }) => {
    const requests = [...page.matchAll(/localhost:8000(\/\S+)\s+(?:\\\n\s*)?-d '([^']+)'/g)];
    assert.equal(requests.length, 2);
    for (const [, path, body] of requests) {
      const res = await call("POST", path, JSON.parse(body));
      assert.ok(res.ok, `${path}: ${await res.text()}`);
    }
  }));
