/** `deno task notebook`: Jupyter on `notebooks/`, over the past of an installation. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { untilInterrupted } from "../cli/interrupt.ts";
import { InvalidInputError, messageOf } from "../core/errors.ts";
import type { HostEnvironment } from "../embedded/types.ts";
import { executeNotebook } from "./execute.ts";
import { jupyterEnvironment, NOTEBOOKS, pythonWithJupyter } from "./jupyter.ts";
import { findOrOpenHistory } from "./open_demo.ts";
import { serveNotebooks } from "./serve.ts";

const HELP =
  `Opens the notebooks in Jupyter, with Deno's kernel, over the history of the installation that runs here
(or that DATABASE_URL names), else of the demo. The database is opened read-only. Jupyter and its Python live in a
folder of their own in Perennial's cache, made when first needed. Ctrl-C ends it.

Usage: deno task notebook [--no-browser] [--port PORT]
       deno task notebook --execute [NAME ...]     run them from top to bottom and keep their outputs

  --no-browser   only print the address
  --port PORT    where Jupyter listens, on this machine only; left out: a free one from 8888
  --execute      runs notebooks (all, or those whose names begin so) instead of opening them
  --help         this text`;

const say = (line: string) => console.error(line);

async function main(hostEnvironment: HostEnvironment): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", default: false },
      execute: { type: "boolean", default: false },
      "no-browser": { type: "boolean", default: false },
      port: { type: "string", default: "8888" },
    },
  });
  if (values.help) return console.log(HELP), 0;
  const interrupt = untilInterrupted();
  const history = await findOrOpenHistory(hostEnvironment, say);
  try {
    const python = await pythonWithJupyter(hostEnvironment, say);
    const env = jupyterEnvironment(hostEnvironment.env, python, history);
    say(`Reading ${history.what}`);
    if (values.execute) return await executeAll(positionals, { python, env });
    const options = { python, env, browser: !values["no-browser"], port: portOf(values.port) };
    const token = crypto.randomUUID().replaceAll("-", "");
    return await serveNotebooks({ ...options, token, signal: interrupt.signal, log: say });
  } finally {
    await history.close();
    interrupt.end();
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new InvalidInputError(`Cannot listen on port "${text}": need a number from 1 to 65535`, "port");
}

/** Executes notebooks in place, one after the other. */
async function executeAll(names: readonly string[], run: { python: string; env: Record<string, string> }) {
  const all = (await Array.fromAsync(Deno.readDir(NOTEBOOKS))).map(({ name }) => name).sort();
  const chosen = all.filter((name) =>
    name.endsWith(".ipynb") && (names.length === 0 || names.some((wanted) => name.startsWith(wanted)))
  );
  if (chosen.length === 0) {
    throw new RangeError(`Cannot find a notebook that begins with "${names.join(" ")}"`);
  }
  for (const name of chosen) {
    say(`Running ${name}`);
    await executeNotebook(join(NOTEBOOKS, name), { ...run, into: NOTEBOOKS });
  }
  return 0;
}

if (import.meta.main) {
  Deno.exit(
    await main({ env: Deno.env.toObject(), uid: Deno.uid() }).catch((error) => {
      say(messageOf(error));
      return 1;
    }),
  );
}
