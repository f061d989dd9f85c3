import { Command, CommanderError } from "commander";
import { VERSION } from "../core/version.ts";
import { type Context, contextOf } from "./context.ts";
import { lateImport } from "../core/late_import.ts";
import { EXIT, EXIT_HELP, explained, ToldError, UsageError } from "./exit.ts";
import { painter } from "./format.ts";
import type { Io } from "./io.ts";
import { loadCommand } from "./load_commands.ts";

const ENVIRONMENT = `
Environment:
  PERENNIAL_URL       where the service answers (http://127.0.0.1:8000)
  PERENNIAL_API_KEY   the key; left out: the one in the file api-key of this
                      machine's installation
  PERENNIAL_HOME      folder of the installations on this machine
  PERENNIAL_SHOP      the shop, as --shop names it
  NO_COLOR            answers without colours`;

/** Runs the `perennial` command. @returns its exit code */
export async function runCli(given: readonly string[], machine: Io): Promise<number> {
  let io = machine;
  try {
    const { shop, args } = withoutShop(given);
    io = await inShop(machine, { shop, args });
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

/** Takes `--shop NAME` out of the arguments, wherever it stands: it is about where a command works, not about what. */
export function withoutShop(args: readonly string[]): { shop?: string; args: readonly string[] } {
  const at = args.findIndex((word) => word === "--shop" || word.startsWith("--shop="));
  if (at === -1) return { args };
  const [, joined] = args[at].split("=");
  const shop = joined ?? args[at + 1];
  if (!shop || shop.startsWith("-")) throw new UsageError("--shop needs the name of a shop");
  return { shop, args: args.toSpliced(at, joined === undefined ? 2 : 1) };
}

/** Returns the machine as the shop sees that a command is about. */
async function inShop(io: Io, { shop, args }: { shop?: string; args: readonly string[] }): Promise<Io> {
  const wanted = shop ?? (io.env.PERENNIAL_SHOP || undefined);
  if (wanted === undefined) return io;
  if (args[0] === "shops") throw new UsageError("perennial shops is about all shops: leave out the shop");
  const address = import.meta.resolve("./shop_environment.ts");
  const { shopEnvironment } = await lateImport<typeof import("./shop_environment.ts")>(address);
  return { ...io, env: await shopEnvironment(io, wanted, { named: shop !== undefined }) };
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
    .option("--shop <name>", "one of several shops on the same servers; before or after a command")
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
