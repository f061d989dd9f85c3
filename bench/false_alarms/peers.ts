import { z } from "zod";
import { type Peers, pythonWithPeers, runPython } from "../shared/python.ts";
import { BUDGETS } from "./protocol.ts";

const Bits = z.record(z.string(), z.array(z.string()));

/** What peers.py found, one for each folder of draws. */
const PeersFound = z.object({
  kinds: z.array(z.object({
    flags: z.array(z.object({ setting: z.string(), unchanged: Bits, moved: Bits })),
    /** verdicts of whole reports of Evidently that agree with those of its columns */
    reports: z.object({ agreed: z.number(), compared: z.number() }),
  })),
  versions: z.record(z.string(), z.string()),
});
export type PeersFound = z.infer<typeof PeersFound>;

const PACKAGES: Peers = {
  requirements: "requirements-drift.txt",
  modules: "alibi_detect, evidently, nannyml",
  hint: "they need Python 3.10 to 3.12",
};

/** A Python with the three tools. @throws {Error} a package cannot be installed */
export const pythonWithMonitors = (say: (line: string) => void) => pythonWithPeers(say, PACKAGES);

/** Has the peers judge folders of draws. */
export async function judgeByPeers(
  python: string,
  folders: readonly string[],
  withinMs: number,
): Promise<PeersFound> {
  const args = [JSON.stringify(BUDGETS), ...folders];
  return PeersFound.parse(await runPython(python, new URL("./peers.py", import.meta.url), args, withinMs));
}
