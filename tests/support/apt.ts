import { runProgram } from "../../src/embedded/programs.ts";

const INSTALL_MS = 5 * 60_000;

/** Installs Debian packages, where that can be done. Whoever asks looks afterwards whether it has what it needs. */
export async function aptInstall(...packages: string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    await runProgram("apt-get", args, { timeoutMs: INSTALL_MS, env }).catch(() => undefined);
  }
}
