import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import settings from "../../deno.json" with { type: "json" };
import { findConnection, findInstallations } from "../../src/cli/connection.ts";
import { demoOptions } from "../../src/cli/commands/run.ts";
import { CATALOGUE } from "../../src/cli/catalogue.ts";
import { loadAllCommands } from "../../src/cli/load_commands.ts";
import { perennial } from "../../src/cli/program.ts";
import { keyText } from "../../src/cli/key_text.ts";
import { secondsText, table } from "../../src/cli/format.ts";
import { lockHome } from "../../src/embedded/lock.ts";
import { runWith, withServed } from "./support.ts";

const COMMANDS =
  "demo up api worker status start stop force history export monitor checks explain models rollback promote config predict import detect audit";

Deno.test("perennial --help lists every command, and each shows options, examples and exit codes", async () => {
  const help = await runWith(["--help"]);
  assert.equal(help.code, 0);
  for (const name of COMMANDS.split(" ")) {
    assert.match(help.out, new RegExp(`^  ${name} `, "m"));
    const below: Record<string, string[]> = { config: ["set"], monitor: ["overview"] };
    const own = await runWith([name, ...below[name] ?? [], "--help"]);
    assert.equal(own.code, 0, name);
    assert.match(own.out, /Examples:\n {2}\S*.*perennial/, name);
    assert.match(own.out, /Exit codes: 0 done; 1 could not be done; 2 wrong usage; 3 /, name);
  }
});

Deno.test("the catalogue says of each command what the command says of itself", async () => {
  const io = { env: {}, uid: null, isTerminal: false, columns: 100, out: () => {}, err: () => {} };
  const { commands } = await perennial(io, loadAllCommands);
  const takes = (command: typeof commands[number]) =>
    command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    }).join(" ");
  const own = commands.map((command) => [command.name(), takes(command), command.description()]);
  assert.deepEqual(CATALOGUE.map(({ name, takes, about }) => [name, takes, about]), own);
});

for (
  const [what, file, most] of [
    ["the program", "src/main.ts", 30],
    ["perennial status", "src/cli/commands/status.ts", 30],
    ["the client", "src/client/client.ts", 8],
  ] as const
) {
  Deno.test(`${what} loads little before it knows what is wanted`, async () => {
    const ours = (await loaded(file)).filter((specifier) => specifier.includes("/src/"));
    assert.ok(ours.length <= most, `${ours.length} files, as ${ours.slice(0, 40).join(", ")}`);
  });
}

interface Module {
  specifier: string;
  dependencies?: { code?: { specifier: string } }[];
}

/** What Deno loads with a file: its imports of code, those that are written down to be loaded later, too. */
async function loaded(file: string): Promise<string[]> {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", file], cwd })
    .output();
  const { roots, modules }: { roots: string[]; modules: Module[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set(roots);
  for (const specifier of found) {
    for (const { code } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code) found.add(code.specifier);
    }
  }
  return [...found];
}

for (
  const [place, words, want] of [
    ["the first word", ["ro"], ["rollback", "rollouts"]],
    ["a command below", ["config", "hi"], ["history"]],
    ["a setting", ["config", "set", "ga"], ["gate="]],
    ["an option", ["force", "--wa"], ["--wait"]],
    ["a choice", ["stop", "--running", "f"], ["finish"]],
    ["a preset", ["import", "--preset", "sho"], ["shopify"]],
  ] as const
) {
  Deno.test(`completions of bash know ${place}`, async () => {
    const script = (await runWith(["completions", "bash"])).out;
    const line = ["perennial", ...words].join(" ");
    const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _perennial; echo "\${COMPREPLY[@]}"`;
    const command = new Deno.Command("bash", { args: ["-c", `${script}\n${ask}`] });
    const { stdout } = await command.output();
    assert.deepEqual(new TextDecoder().decode(stdout).trim().split(" "), want);
  });
}

Deno.test("completions are written for zsh and fish too, and for no other shell", async () => {
  assert.match((await runWith(["completions", "zsh"])).out, /^#compdef perennial\n[^]*rollback/);
  assert.match((await runWith(["completions", "fish"])).out, /complete -c perennial .* -a rollback/);
  assert.equal((await runWith(["completions", "csh"])).code, 2);
});

Deno.test("perennial --version says the version alone, for scripts", async () => {
  const { code, out, err } = await runWith(["--version"]);
  assert.deepEqual([code, out, err], [0, settings.version, ""]);
});

for (
  const [name, args, say] of [
    ["an unknown command", ["retrain"], /unknown command 'retrain'/],
    ["a command that is misspelt", ["statsu"], /Did you mean status\?/],
    [
      "a day that does not exist",
      ["demo", "--first", "2011-02-30"],
      /--first <date>.*'2011-02-30' is invalid.*YYYY-MM-DD/,
    ],
    ["a day in another order", ["demo", "--last", "01/02/2011"], /--last/],
    ["a step of zero days", ["demo", "--step-days", "0"], /--step-days.*from 1 to 365/],
    ["an activity that is none", ["demo", "--activity", "views"], /--activity.*purchase, any/],
    ["a port that is none", ["up", "--port", "70000"], /--port.*from 1 to 65535/],
    ["no model to roll back", ["rollback"], /missing required argument 'model'/],
    ["a version that is no number", ["promote", "churn", "latest"], /version.*whole number/],
    ["an environment that cannot be used", ["status"], /PERENNIAL_PORT/],
    ["an address without http", ["status", "--url", "localhost:8000"], /"localhost:8000": need an address/],
    ["a setting that there is not", ["config", "get", "gaet"], /no setting "gaet"; did you mean gate/],
    ["a check that is no id", ["explain", "abc"], /"abc" is no check's id: perennial checks/],
    ["a file of no format", ["export", "--out", "x.foo"], /"x.foo" names no format/],
  ] as const
) {
  Deno.test(`perennial ends with 2 and says why, when given ${name}`, async () => {
    const ran = await runWith(
      [...args],
      name.startsWith("an environment") ? { env: { PERENNIAL_PORT: "many" } } : {},
    );
    assert.deepEqual([ran.code, ran.out], [2, ""]);
    assert.match(ran.err, say);
    assert.ok(ran.err.split("\n").length <= 3, ran.err);
  });
}

Deno.test("perennial ends with 3 and one line that says what to do, when nothing answers", async () => {
  const ran = await runWith(["status", "--url", "http://127.0.0.1:9"]);
  assert.equal(ran.code, 3);
  assert.equal(
    ran.err,
    "error: Cannot reach Perennial at http://127.0.0.1:9; start it (perennial up) or set PERENNIAL_URL",
  );
});

Deno.test("perennial says what to do without a key, when Temporal is down, and when something else answers", () =>
  withServed(async ({ run, control }) => {
    const noKey = await run(["audit"], { env: { PERENNIAL_API_KEY: "" } });
    assert.equal(noKey.code, 1);
    assert.match(noKey.err, /An API key is needed: set PERENNIAL_API_KEY/);
    const wrongKey = await run(["audit"], { env: { PERENNIAL_API_KEY: "pk_wrong" } });
    assert.equal(wrongKey.code, 1);
    assert.match(wrongKey.err, /The API key is not valid/);
    control.down = true;
    const down = await run(["force"]);
    assert.equal(down.code, 0, "it is written down, and done later");
    assert.match(down.out, /Temporal does not answer now: it is written down/);
    await using other = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
      () => new Response("hello", { status: 418 }),
    );
    const odd = await run(["status", "--url", `http://127.0.0.1:${other.addr.port}`]);
    assert.deepEqual([odd.code, /answered 418.*PERENNIAL_URL/.test(odd.err)], [1, true]);
  }));

Deno.test("findConnection() takes the key of the installation that runs, before one that ran", async () => {
  const state = await Deno.makeTempDir({ prefix: "perennial-find-" });
  const at = { env: { PERENNIAL_HOME: state } as Record<string, string>, uid: Deno.uid() };
  try {
    assert.deepEqual(await findConnection(at), { url: "http://127.0.0.1:8000", apiKey: undefined });
    for (const name of ["demo", "default"]) {
      await Deno.mkdir(join(state, name));
      await Deno.writeTextFile(join(state, name, "api-key"), `pk_${name}\n`);
    }
    assert.equal((await findConnection(at)).apiKey, "pk_default");
    const lock = await lockHome(join(state, "demo"), "2011-09-01T00:00:00Z");
    assert.deepEqual((await findInstallations(at)).map((one) => [one.name, one.alive]), [["demo", true], [
      "default",
      false,
    ]]);
    assert.equal((await findConnection(at)).apiKey, "pk_demo");
    lock.release();
    for (
      const elsewhere of [
        "http://shop.example",
        "http://127.0.0.1.example:8000",
        "http://localhost@shop.example",
        "http://10.0.0.1:8000",
      ]
    ) {
      assert.equal((await findConnection(at, elsewhere)).apiKey, undefined, elsewhere);
      assert.equal(
        (await findConnection({ ...at, env: { ...at.env, PERENNIAL_URL: elsewhere } })).apiKey,
        undefined,
      );
    }
    for (const here of ["http://localhost:1", "http://[::1]:8000", "http://127.0.0.1:9"]) {
      assert.equal((await findConnection(at, here)).apiKey, "pk_default", here);
    }
    const env = { ...at.env, PERENNIAL_PORT: "9100", PERENNIAL_API_KEY: "pk_mine" };
    assert.deepEqual(await findConnection({ ...at, env }), {
      url: "http://127.0.0.1:9100",
      apiKey: "pk_mine",
    });
    assert.equal(
      (await findConnection({ ...at, env: { ...env, PERENNIAL_URL: "http://a:1" } }, "http://b:2")).url,
      "http://b:2",
    );
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});

Deno.test("demoOptions() divides the flags into the protocol and the rest", () => {
  assert.deepEqual(
    demoOptions({ data: "a.csv", models: "m", first: "2011-01-01", minTrain: 2, exit: true }),
    {
      data: "a.csv",
      models: "m",
      json: undefined,
      predictions: undefined,
      exit: true,
      fresh: false,
      port: undefined,
      protocol: { first: "2011-01-01", minTrain: 2 },
    },
  );
});

Deno.test("keyText() shows the key only when it was made just now", () => {
  const key = { key: "pk_secret", path: "/home/api-key", created: true };
  assert.match(keyText({ url: "http://x", key }), /pk_secret/);
  for (const other of [{ ...key, created: false }, { ...key, created: false, path: null }]) {
    assert.doesNotMatch(keyText({ url: "http://x", key: other }), /pk_secret/);
    assert.match(keyText({ url: "http://x", key: other }), /http:\/\/x\/sign-in/);
  }
});

Deno.test("table() aligns columns, whatever colours their cells carry", () => {
  const text = table(["name", { name: "n", right: true }, "why"], [["a", "1", "x"], [
    "\u001b[1mlonger\u001b[0m",
    "100",
    "",
  ]], (_, t) => t);
  assert.deepEqual(text.split("\n"), ["name      n  why", "a         1  x", "\u001b[1mlonger\u001b[0m  100"]);
});

Deno.test("secondsText() writes times as people say them", () => {
  assert.deepEqual([null, 0.25, 12.34, 250].map(secondsText), ["-", "250 ms", "12 s", "4 min 10 s"]);
});
