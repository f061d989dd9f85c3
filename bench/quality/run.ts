import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { freePort } from "../../src/embedded/ports.ts";
import type { ReplayProtocol } from "../../src/demo/protocol.ts";
import { forget, onEnd, temporaryFolder } from "../shared/cleanup.ts";
import { runPython } from "../shared/python.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const Metrics = z.record(z.string(), z.number());

/** The part of the demo's `--json` that is compared. */
const DemoScores = z.object({
  summaries: z.array(z.object({
    model: z.string(),
    policies: z.array(z.object({ policy: z.string(), deployments: z.number(), means: Metrics })),
  })),
  scores: z.array(
    z.object({
      cutoff: z.string(),
      model: z.string(),
      policy: z.string(),
      rows: z.number(),
      metrics: Metrics,
    }),
  ),
});
export type DemoScores = z.infer<typeof DemoScores>;

/** What `peers.py` found: the peers' scores and its own of what Perennial served, per cut-off. */
const PeerScores = z.object({
  results: z.array(z.object({
    cutoff: z.string(),
    model: z.string(),
    rows: z.number(),
    trainRows: z.number(),
    scores: z.record(z.string(), Metrics),
  })),
  problems: z.array(z.string()),
  seconds: z.number(),
  versions: z.record(z.string(), z.string()),
});
export type PeerScores = z.infer<typeof PeerScores>;

export interface QualityOptions {
  path: string;
  protocol: ReplayProtocol;
  python: string;
  /** after which the replay, and then the peers, are given up */
  minutes: number;
  say: (line: string) => void;
}

export interface QualityRun {
  demo: DemoScores;
  peers: PeerScores;
  demoSeconds: number;
}

/** Replays an event file by the demo, in a process and an installation of its own, then has the peers do the same. */
export async function runQuality(
  { path, protocol, python, minutes, say }: QualityOptions,
): Promise<QualityRun> {
  const folder = await temporaryFolder();
  try {
    const files = {
      json: join(folder.path, "scores.json"),
      predictions: join(folder.path, "predictions.csv"),
    };
    say(`quality: replaying "${path}" through the workflows`);
    const started = performance.now();
    await runDemo(path, { ...files, protocol, home: join(folder.path, "home"), minutes });
    const demoSeconds = (performance.now() - started) / 1000;
    const demo = DemoScores.parse(JSON.parse(await Deno.readTextFile(files.json)));
    const script = new URL("../peers.py", import.meta.url);
    const args = [path, files.predictions, JSON.stringify(protocol)];
    const peers = PeerScores.parse(await runPython(python, script, args, minutes * 60_000));
    return { demo, peers, demoSeconds };
  } finally {
    await folder.remove();
  }
}

interface DemoPlaces {
  protocol: ReplayProtocol;
  json: string;
  predictions: string;
  home: string;
  minutes: number;
}

async function runDemo(
  path: string,
  { protocol, json, predictions, home, minutes }: DemoPlaces,
): Promise<void> {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, ...outer } = Deno.env.toObject();
  const ports = {
    PERENNIAL_PORT: String(await freePort()),
    PERENNIAL_POSTGRES_PORT: String(await freePort()),
    PERENNIAL_TEMPORAL_PORT: String(await freePort()),
    PERENNIAL_TEMPORAL_UI_PORT: String(await freePort()),
  };
  const { first, last } = protocol; // the rest of it is the demo's own
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/main.ts", "demo", "--exit", "--data", path, "--first", first, "--last", last]
      .concat(["--json", json, "--predictions", predictions]),
    cwd: ROOT,
    clearEnv: true,
    env: { ...outer, ...ports, PERENNIAL_HOME: home },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const interrupt = onEnd(async () => {
    child.kill("SIGINT"); // it ends its servers, which live in processes of their own
    await child.status;
  });
  const timer = setTimeout(() => void interrupt(), minutes * 60_000);
  const { success } = await child.status;
  clearTimeout(timer);
  forget(interrupt);
  if (!success) {
    throw new Error(`Cannot replay "${path}": the demo failed, or took longer than ${minutes} minutes`);
  }
}
