/** Every command that a page or a help text shows exists as it stands there: its task, verb, options and their values. */
import assert from "node:assert/strict";
import { type Command, CommanderError } from "commander";
import settings from "../../deno.json" with { type: "json" };
import { loadAllCommands } from "../../src/cli/load_commands.ts";
import { perennial, withoutShop } from "../../src/cli/program.ts";
import { readMarkdown } from "./sources.ts";

interface Shown {
  readonly where: string;
  readonly command: string;
}

/** Words that stand for what a person writes in their place. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  ID: "1",
  N: "1",
  VERSION: "1",
  TIME: "2026-11-30T14:04:00Z",
};

/** The arguments as a shell takes them apart, without a comment. */
const wordsOf = (command: string): string[] =>
  [...command.replace(/ +[#>] .*/, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) =>
    a ?? b ?? c
  )
    .map((word) => PLACEHOLDERS[word] ?? word);

/** Commands of a page: those of its blocks, and those that stand within a sentence. */
function commandsOf(where: string, markdown: string): Shown[] {
  const whole = markdown.replaceAll(/ *\\\n\s*/g, " ");
  const lines = whole.matchAll(
    /^(?: {4})?(?:\w+=\S+ )*((?:npx deno@\S+ |deno )task .+|perennial (?!=).+)$/gm,
  );
  const inline = whole.matchAll(/`((?:npx deno@\S+ |deno )task [^`]+|perennial [^`]+)`/g);
  return [...lines, ...inline].map(([, command]) => ({
    where,
    command: command.replaceAll(/\s+/g, " ").trim(),
  }));
}

/** Arguments of `perennial` in a command; null where another program or task is meant, and exists. */
function argumentsOf(command: string): string[] | null {
  const words = wordsOf(command).filter((word) => word !== "-q");
  if (words[0] === "perennial") return words.slice(1);
  const [task, ...rest] = words.slice(words.indexOf("task") + 1);
  assert.ok(task in settings.tasks, `no task "${task}"`);
  if (task === "perennial") return rest;
  return ["demo", "up", "api", "worker"].includes(task) ? [task, ...rest] : null;
}

/** The command below that is meant where none is named. */
const defaultOf = (program: Command): Command | undefined =>
  program.commands.find((c) =>
    c.name() === (program as unknown as { _defaultCommandName?: string })._defaultCommandName
  );

/** Takes arguments as the command line does, and runs nothing. @throws {CommanderError} it would refuse them */
function take(program: Command, args: readonly string[]): void {
  const { operands, unknown } = program.parseOptions([...args]);
  const below = program.commands.find((c) => [c.name(), ...c.aliases()].includes(operands[0]));
  if (below) return take(below, [...operands.slice(1), ...unknown]);
  const standard = defaultOf(program);
  if (standard && args.length > 0) return take(standard, args);
  const flags = unknown.filter((word) => word.startsWith("-") && word !== "--help");
  assert.deepEqual(flags, [], `${program.name()} has no such option`);
  if (unknown.length > 0 || operands.length === 0) return;
  const takes = program.registeredArguments;
  const most = takes.at(-1)?.variadic ? Infinity : takes.length;
  assert.ok(operands.length <= most, `${program.name()} takes ${most} arguments, not ${operands.join(" ")}`);
  operands.forEach((word, i) => takes[Math.min(i, takes.length - 1)].parseArg?.(word, undefined));
}

/** What is wrong with commands. */
async function faultsOf(shown: readonly Shown[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { where, command } of shown) {
    try {
      const args = argumentsOf(command);
      const io = { env: {}, uid: null, isTerminal: false, columns: 100, out: () => {}, err: () => {} };
      if (args) take(await perennial(io, loadAllCommands), withoutShop(args).args);
    } catch (error) {
      if (!(error instanceof CommanderError || error instanceof assert.AssertionError)) throw error;
      faults.push(`${where}: ${command}: ${error.message}`);
    }
  }
  return faults;
}

Deno.test("every command that a page shows exists as it stands there", async () => {
  const pages = await readMarkdown();
  const shown = [...pages].flatMap(([path, text]) => commandsOf(path, text));
  assert.ok(shown.length >= 150, `${shown.length}`);
  assert.deepEqual(await faultsOf(shown), []);
});

Deno.test("every example of a help text exists as it stands there", async () => {
  const lines: string[] = [];
  const io = {
    env: {},
    uid: null,
    isTerminal: false,
    columns: 200,
    out: (text: string) => lines.push(text),
    err: () => {},
  };
  const { commands } = await perennial(io, loadAllCommands);
  for (const command of commands.flatMap((c) => [c, ...c.commands])) command.outputHelp();
  const shown = lines.flatMap((help) =>
    [...help.matchAll(/^ +(perennial .+)$/gm)].map(([, command]) => command)
  );
  assert.ok(shown.length >= 100, `${shown.length}`);
  assert.deepEqual(await faultsOf(shown.map((command) => ({ where: "help", command }))), []);
});
