import { fileURLToPath } from "node:url";
import { cacheHome } from "../src/embedded/home.ts";
import { findTemporal } from "../src/embedded/temporal_binary.ts";
import type { Bench } from "./shared/bench.ts";
import { range, spread } from "./shared/figures.ts";
import type { Report } from "./shared/report.ts";
import { type BenchService, startBenchService } from "./shared/service.ts";

const RUNS = 21;
const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
/** As `deno task perennial` is allowed. */
const ALLOWED = ["net", "read", "write", "env", "run", "ffi", "sys"].map((name) => `--allow-${name}`);

/** A command, and how long whole processes of it took, ms. */
interface Timed {
  what: string;
  ms: number[];
}

interface Program {
  what: string;
  path: string;
  args: readonly string[];
}

export const commandLineBench: Bench = {
  name: "command-line",
  about: "milliseconds of whole commands of `perennial`, from start to end, beside Temporal's command line",
  minutes: 10,
  async run({ say, quick }) {
    await using bench = await startBenchService();
    const programs = await programsOf();
    const timed: Timed[] = programs.map(({ what }) => ({ what, ms: [] }));
    for (let round = 0; round <= (quick ? 1 : RUNS); round++) {
      if (round % 5 === 0) say(`command-line: round ${round}`);
      for (const [i, program] of programs.entries()) {
        const ms = await timeOf(program, bench);
        if (round > 0) timed[i].ms.push(ms); // the first fills caches
      }
    }
    return { report: reportOf(timed), versions: bench.versions };
  },
};

async function programsOf(): Promise<Program[]> {
  const env = Deno.env.toObject();
  const temporal = await findTemporal({
    env,
    cache: cacheHome({ env, uid: Deno.uid() }),
    log: () => undefined,
  });
  const perennial = (...args: string[]): Program => ({
    what: `perennial ${args.join(" ")}`,
    path: Deno.execPath(),
    args: ["run", "--no-prompt", ...ALLOWED, MAIN, ...args],
  });
  return [
    perennial("--help"),
    perennial("status"),
    perennial("history"),
    { what: "temporal --help", path: temporal, args: ["--help"] },
    { what: "deno eval 1", path: Deno.execPath(), args: ["eval", "1"] },
  ];
}

async function timeOf({ what, path, args }: Program, { url, apiKey }: BenchService): Promise<number> {
  const command = new Deno.Command(path, {
    args: [...args],
    env: { PERENNIAL_URL: url, PERENNIAL_API_KEY: apiKey },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const begunMs = performance.now();
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`"${what}" failed: ${new TextDecoder().decode(stderr)}`);
  return performance.now() - begunMs;
}

function reportOf(timed: readonly Timed[]): Report {
  const of = (what: string) => spread(timed.find((one) => one.what === what)!.ms);
  const held = (what: string, aim: number) =>
    `${of(what).median < aim ? "YES" : "NO"}: \`${what}\` in under ${aim} ms: ${range(of(what), shown)}.`;
  return {
    name: "command-line",
    title: "How long the command line takes",
    method:
      "Whole processes from start to end, by `deno run src/main.ts` with the permissions of `deno task perennial`, " +
      "in a checkout whose modules are cached, against an installation on the same machine. In turns, after one " +
      "round that does not count. Medians, lowest and highest beside them.",
    tables: [{
      title: "",
      head: ["command", "ms"],
      rows: timed.map(({ what, ms }) => [`\`${what}\``, range(spread(ms), shown)]),
    }],
    notes: [
      held("perennial --help", 300),
      held("perennial status", 500),
      "`deno eval 1` is what any program of Deno's takes; `temporal` is compiled ahead of time.",
    ],
    figures: timed,
  };
}

const shown = (ms: number) => `${Math.round(ms)} ms`;
