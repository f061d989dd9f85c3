import { findProgram } from "../../src/embedded/programs.ts";
import { aptInstall } from "../support/apt.ts";

/** Gets what the notebooks' own Python is made with, where a bare Debian lacks it; else their tests fail, and say what to install. */
export async function getPython(say: (line: string) => void): Promise<void> {
  const found = await findProgram("python3", ["-c", "import ensurepip, venv"], Deno.env.toObject());
  if ("path" in found) return;
  say("Getting Python for the tests of the notebooks, by apt-get");
  await aptInstall("python3", "python3-venv");
}
