/** The `perennial` command. */
import { processIo } from "./cli/io.ts";
import { runCli } from "./cli/program.ts";

Deno.exit(await runCli(Deno.args, processIo()));
