import { isAbsolute, join } from "node:path";

/** A program that runs, or why there is none. */
export type Found = { path: string } | { reason: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a program to its end. @throws {Deno.errors.TimedOut} it took longer than `timeoutMs` and was killed */
export async function runProgram(
  bin: string,
  args: readonly string[],
  { timeoutMs, ...options }: Omit<Deno.CommandOptions, "args" | "signal"> & { timeoutMs: number },
): Promise<{ ok: boolean; output: string }> {
  const gone = AbortSignal.timeout(timeoutMs);
  const result = await new Deno.Command(bin, {
    stdin: "null",
    ...options,
    args: [...args],
    stdout: "piped",
    stderr: "piped",
    signal: gone,
  }).output();
  // this process may have been too busy to hear in time of one that had ended by itself
  if (gone.aborted && !result.success) {
    throw new Deno.errors.TimedOut(`"${bin}" did not end within ${timeoutMs / 1000} s`);
  }
  const decoder = new TextDecoder();
  return {
    ok: result.success,
    output: (decoder.decode(result.stdout) + decoder.decode(result.stderr)).trim(),
  };
}

/** The first program of that name on the PATH that runs with `args`. */
export async function findProgram(name: string, args: readonly string[], env: Environment): Promise<Found> {
  let program: Found = { reason: "not there" };
  for (const folder of (env.PATH ?? "").split(":")) {
    if (!isAbsolute(folder)) continue;
    const next = await tryProgram(join(folder, name), args, env);
    if ("path" in next) return next;
    if (next.reason !== "not there") program = next;
  }
  return program;
}

/** Runs the program once with `args`, to see whether it does. */
export async function tryProgram(path: string, args: readonly string[], env: Environment): Promise<Found> {
  try {
    const options = { timeoutMs: 30_000, env: plainEnvironment(env), clearEnv: true };
    const { ok, output } = await runProgram(path, args, options);
    return ok ? { path } : { reason: `"${path}" does not run: ${output.split("\n")[0]}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { reason: "not there" };
    return { reason: `"${path}" does not run: ${error instanceof Error ? error.message : error}` };
  }
}

/** The variables that have a value. */
export function plainEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
