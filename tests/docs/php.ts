import { findProgram } from "../../src/embedded/programs.ts";
import { aptInstall } from "../support/apt.ts";

/** Whether there is a PHP for the program of docs/api.md. */
export const hasPhp = async (): Promise<boolean> =>
  "path" in await findProgram("php", ["--version"], Deno.env.toObject());

/** Gets one by apt-get where there is none; what cannot be had is left out. */
export async function getPhp(say: (line: string) => void): Promise<void> {
  if (await hasPhp()) return;
  say("Getting PHP for the program of docs/api.md, by apt-get");
  await aptInstall("php-cli");
}
