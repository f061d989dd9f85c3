import { type Peers, pythonWithPeers, runPython } from "../shared/python.ts";

const PACKAGES: Peers = {
  requirements: "requirements-when.txt",
  modules: "lightgbm, pandas, retrainopt, river, sklearn",
  hint: "they need Python 3.11 to 3.13, LightGBM the system's libgomp1",
};

/** A Python with the learners and the peers. @throws {Error} a package cannot be installed */
export const pythonForWhen = (say: (line: string) => void) => pythonWithPeers(say, PACKAGES);

/** The data given are at fault, or an option: said without a stack. */
export class UnusableInputError extends Error {
  override name = "UnusableInputError";
}

/** Runs a script of this folder. @returns the JSON it printed @throws {UnusableInputError} it cannot use the data */
export async function askPython<T>(
  python: string,
  script: string,
  job: unknown,
  minutes: number,
): Promise<T> {
  const url = new URL(script, import.meta.url);
  const answer = await runPython<T & { error?: string }>(
    python,
    url,
    [JSON.stringify(job)],
    minutes * 60_000,
  );
  if (answer.error) throw new UnusableInputError(answer.error);
  return answer;
}
