import { Command } from "commander";
import { lateImport } from "../core/late_import.ts";
import { CATALOGUE, type CatalogueEntry } from "./catalogue.ts";
import type { Context } from "./context.ts";

type AddCommands = (program: Command, context: Context) => void;

/** Adds the commands of one file to a program. */
async function addFile(program: Command, context: Context, file: string): Promise<void> {
  const address = import.meta.resolve(`./commands/${file}.ts`);
  const exports = await lateImport<Record<string, AddCommands>>(address);
  Object.entries(exports).find(([name]) => /^add[A-Z]/.test(name))![1](program, context);
}

/**
 * Adds the command that was called for, with the others of its file; of all others the name and a line of help alone, so
 * that nothing is loaded which is not run.
 * @param called name of the command; undefined: none is
 */
export async function loadCommand(
  program: Command,
  context: Context,
  called: string | undefined,
): Promise<void> {
  const wanted = CATALOGUE.find(({ name, alias }) => called !== undefined && [name, alias].includes(called));
  if (wanted) await addFile(program, context, wanted.file);
  for (const entry of CATALOGUE) if (entry.file !== wanted?.file) program.addCommand(named(entry));
}

/** Adds all commands. */
export async function loadAllCommands(program: Command, context: Context): Promise<void> {
  for (const file of new Set(CATALOGUE.map((entry) => entry.file))) await addFile(program, context, file);
}

const named = ({ name, alias, about, takes }: CatalogueEntry): Command => {
  const command = new Command(name).description(about);
  if (alias) command.alias(alias);
  return takes === "" ? command : command.arguments(takes);
};
