/** The `perennial` command of the package: the program of the checkout, run by Deno. */
import { spawn } from "node:child_process";
import process from "node:process";
import { appCommand } from "./app.ts";

try {
  const { command, args } = appCommand(process.argv.slice(2), { log: (line) => console.error(line) });
  const child = spawn(command, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => child.kill(signal)); // a terminal tells both, which counts as one; a supervisor tells us alone
  }
  child.on("error", (error) => fail(error));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
