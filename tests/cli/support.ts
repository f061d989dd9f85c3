/** The command against a served app: answers as a person or a program sees them. */
import { serveApi } from "../../src/api/serve.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { KEY, type Served, withApp } from "../api/support.ts";

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface ServedCli extends Served {
  url: string;
  /** Runs `perennial` with these arguments, as at a terminal or in a pipe. */
  run(args: string[], changed?: Partial<Io>): Promise<Ran>;
}

/** Runs the command in a home of its own. */
export async function runWith(args: string[], changed: Partial<Io> = {}): Promise<Ran> {
  const home = await Deno.makeTempDir({ prefix: "perennial-cli-" });
  const out: string[] = [];
  const err: string[] = [];
  try {
    const code = await runCli(args, {
      uid: Deno.uid(),
      isTerminal: false,
      columns: 100,
      out: (text: string) => out.push(text),
      err: (text: string) => err.push(text),
      ...changed,
      env: { PERENNIAL_HOME: home, PERENNIAL_CACHE: home, ...changed.env },
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

export const withServed = (
  test: (served: ServedCli) => Promise<void>,
  changed: Parameters<typeof withApp>[1] = {},
): Promise<void> =>
  withApp(async (app) => {
    const server = serveApi(app.app, { host: "127.0.0.1", port: 0 });
    const env = { PERENNIAL_URL: server.url, PERENNIAL_API_KEY: KEY };
    const run: ServedCli["run"] = (args, changed = {}) =>
      runWith(args, { ...changed, env: { ...env, ...changed.env } });
    try {
      await test({ ...app, url: server.url, run });
    } finally {
      await server.stop();
    }
  }, changed);
