import { Command, CommanderError } from "commander";
import { VERSION } from "../core/version.ts";
import { type Context, contextOf } from "./context.ts";
import { EXIT, EXIT_HELP, explained, ToldError } from "./exit.ts";
import { painter } from "./format.ts";
import type { Io } from "./io.ts";
import { loadCommand } from "./load_commands.ts";

const ENVIRONMENT = `
Environment:
  PERENNIAL_URL       where the service answers (http://127.0.0.1:8000)
  PERENNIAL_API_KEY   the key; left out: the one in the file api-key of this
                      machine's installation
  PERENNIAL_HOME      folder of the installations on this machine
  NO_COLOR            answers without colours`;

/** Runs the `perennial` command. @returns its exit code */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    const called = args[0] === "help" ? args[1] : args.find((word) => !word.startsWith("-"));
    const shown = args.includes("--wide") ? { ...io, columns: Number.MAX_SAFE_INTEGER } : io;
    const program = await perennial(shown, (program, context) => loadCommand(program, context, called));
    await program.parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // told by commander
    const { code, line } = explained(error);
    io.err(error instanceof ToldError ? line : `${painter(io)("red", "error:")} ${line}`);
    return code;
  }
}

/**
 * Makes the program.
 * @param add adds its commands
 */
export async function perennial(
  io: Io,
  add: (program: Command, context: Context) => Promise<void>,
): Promise<Command> {
  const program = new Command("perennial").description(
    "Keeps a shop's models fresh: retrains, proves, rolls out, takes back.",
  )
    .version(VERSION, "--version", "say which version this is")
    .enablePositionalOptions() // `approve --version 4` is the command's own option
    .helpCommand(true).showHelpAfterError("(--help shows how)").addHelpText(
      "after",
      `${ENVIRONMENT}\n${EXIT_HELP}`,
    );
  await add(program, contextOf(io));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      getOutHelpWidth: () => Math.min(io.columns, 110),
    });
  }
  return program;
}
