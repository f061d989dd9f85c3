/** Workers that are started again whenever they die. */
import { fileURLToPath } from "node:url";
import type { Fate } from "./kills.ts";

const SCRIPT = fileURLToPath(new URL("./doomed_worker.ts", import.meta.url));

export interface DoomedWorkers {
  /** processes that run now */
  pids(): number[];
  deaths(): number;
  /** what they said, for when something goes wrong */
  output(): string;
  stop(): Promise<void>;
}

/** Keeps so many workers running; each that dies is followed by another at once. */
export function startDoomedWorkers(
  given: { env: Record<string, string>; home: string; fate: Fate },
  { count = 3 }: { count?: number } = {},
): DoomedWorkers {
  const living = new Map<number, Deno.ChildProcess>();
  const said: string[] = [];
  let deaths = 0;
  let stopping = false;
  const keep = async () => {
    while (!stopping) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--allow-all", "--no-check", SCRIPT, JSON.stringify(given)],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      living.set(child.pid, child);
      const heard = hear(child.stderr, said);
      await child.status;
      await heard;
      living.delete(child.pid);
      deaths++;
    }
  };
  const waking = given.fate === "freeze"
    ? setInterval(() => void wakeLongFrozen(living.keys()), 1_000)
    : undefined;
  const all = Promise.all(Array.from({ length: count }, keep));
  return {
    pids: () => [...living.keys()],
    deaths: () => deaths,
    output: () => said.join(""),
    async stop() {
      stopping = true;
      clearInterval(waking);
      for (const child of living.values()) child.kill("SIGKILL");
      await all;
    },
  };
}

async function hear(stream: ReadableStream<Uint8Array<ArrayBuffer>>, said: string[]): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) said.push(text);
}

/** Longer than Temporal waits for a sign of life, so that another worker goes on with what was under way. */
const FROZEN_MS = 8_000;
const frozenSince = new Map<number, number>();

async function wakeLongFrozen(pids: Iterable<number>): Promise<void> {
  for (const pid of pids) {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => ""); // gone meanwhile
    if (!/\) T /.test(stat)) {
      frozenSince.delete(pid);
      continue;
    }
    const since = frozenSince.get(pid) ?? performance.now();
    frozenSince.set(pid, since);
    if (performance.now() - since >= FROZEN_MS) Deno.kill(pid, "SIGCONT");
  }
}
