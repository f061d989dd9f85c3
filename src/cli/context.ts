import type { Command } from "commander";
import type { Client } from "../client/client.ts";
import { EXIT_HELP } from "./exit.ts";
import { type Paint, painter } from "./format.ts";
import type { Io } from "./io.ts";

/** The dependencies of a command. */
export interface Context {
  io: Io;
  paint: Paint;
  /** the service that `--url` and the environment mean */
  client(options: Common): Promise<Client>;
  /** writes an answer: as JSON where that was asked for, else as a person reads it */
  show<T>(options: Common, value: T, asText: (value: T) => string): void;
}

/** Options that every command has which asks the service. */
export interface Common {
  url?: string;
  json?: boolean;
}

export function contextOf(io: Io): Context {
  return {
    io,
    paint: painter(io),
    async client({ url }) {
      const [{ createClient }, { findConnection }] = await Promise.all([
        import("../client/client.ts"),
        import("./connection.ts"),
      ]);
      return createClient(await findConnection(io, url));
    },
    show({ json }, value, asText) {
      io.out(json ? JSON.stringify(value, null, 2) : asText(value));
    },
  };
}

/** Read by `runCli()`, before a command knows of it. */
export const WIDE = ["--wide", "tables as wide as they are, beyond the terminal"] as const;

/** Adds the options for asking the service, and examples. */
export function asking(command: Command, examples: string): Command {
  return command
    .option("--url <url>", "where the service answers; left out: PERENNIAL_URL, else this machine")
    .option("--json", "answer as JSON")
    .option(...WIDE)
    .addHelpText("after", `\nExamples:\n${indented(examples)}\n${EXIT_HELP}`);
}

/** Adds examples to a command that does not ask the service. */
export const withExamples = (command: Command, examples: string): Command =>
  command.addHelpText("after", `\nExamples:\n${indented(examples)}\n${EXIT_HELP}`);

const indented = (text: string) => text.trim().split("\n").map((line) => `  ${line.trim()}`).join("\n");
