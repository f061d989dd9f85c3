import { sleep } from "../../src/core/deadline.ts";
import type { Bench } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { pythonWithPeers } from "../shared/python.ts";
import { type BenchService, loadShop, startBenchService } from "../shared/service.ts";
import { findH2load, pacedLoad } from "./pace.ts";
import type { Peer } from "../shared/uvicorn.ts";
import { PEER_WAYS, type PeerWay, startPeer, wayText } from "./peer.ts";
import { reportOf, type Round, type ServingFigures } from "./report.ts";
import { type Bodies, serveChurn, writeBodies } from "./rows.ts";
import { startSecondApi } from "./second_api.ts";
import { findWrk, fullLoad, type Target } from "./wrk.ts";

const PEER = {
  requirements: "requirements-serving.txt",
  modules: "fastapi, psycopg_pool, sklearn, uvicorn, uvloop, httptools",
  hint: "they need wheels for this machine",
};

export const servingBench: Bench = {
  name: "serving",
  about: "requests per second and latency over HTTP, beside FastAPI + scikit-learn",
  minutes: 30,
  async run({ say, quick }) {
    const seconds = quick ? 2 : 6;
    const rounds = quick ? 1 : 3;
    const python = await pythonWithPeers(say, PEER);
    await findWrk(say);
    await findH2load(say);
    await using bench = await startBenchService(undefined, { PERENNIAL_SHARE_PORT: "true" });
    const folder = await temporaryFolder();
    await loadShop(bench);
    const candidate = await serveChurn(bench);
    const bodies = await writeBodies(bench, folder.path);
    // a shop's clock is the wall's; a demo's, which stands still, asks for each shopper's newest event, too
    await bench.service.sql`delete from settings where name = 'pinned_as_of'`;
    await using _second = await startSecondApi(bench);
    say("serving: which way the peer is fastest");
    const { databaseUrl } = bench;
    const of = { training: bodies.training, databaseUrl };
    const { way, tried } = await bestWay(python, { ...of, bodies }, seconds / 2);
    await using peer = await startPeer(python, { ...of, workers: way.workers });
    const figures: Round[] = [];
    for (let i = 1; i <= rounds; i++) {
      say(`serving: round ${i} of ${rounds}`);
      figures.push(await measure(bench, { peer, way, bodies }, seconds));
    }
    const stored = await storedOf(bench);
    await folder.remove();
    const all: ServingFigures = { candidate, way: wayText(way), tried, rounds: figures, stored };
    return {
      report: reportOf(all, seconds),
      versions: { ...bench.versions, FastAPI: "0.165.0", "scikit-learn": "1.7.2" },
    };
  },
};

/** Tries every way to run the peer for a while. */
async function bestWay(
  python: string,
  { bodies, ...of }: { bodies: Bodies; training: string; databaseUrl: string },
  seconds: number,
): Promise<{ way: PeerWay; tried: { way: string; perSecond: number }[] }> {
  const tried: { way: PeerWay; perSecond: number }[] = [];
  for (const way of PEER_WAYS) {
    await using peer = await startPeer(python, { ...of, workers: way.workers });
    const target = { url: `${peer.url}/${way.endpoint}/single`, bodies: bodies.single };
    await fullLoad(target, 2); // warm
    tried.push({ way, perSecond: (await fullLoad(target, seconds)).perSecond });
  }
  const best = tried.reduce((a, b) => b.perSecond > a.perSecond ? b : a);
  return { way: best.way, tried: tried.map(({ way, perSecond }) => ({ way: wayText(way), perSecond })) };
}

/** Both sides one after another, first as fast as they can, then at half of what each can. */
async function measure(
  { url, apiKey }: BenchService,
  { peer, way, bodies }: { peer: Peer; way: PeerWay; bodies: Bodies },
  seconds: number,
): Promise<Round> {
  const ours = (kind: "single" | "batch" | "users"): Target => ({
    url: `${url}/predictions/churn`,
    apiKey,
    bodies: bodies[kind],
  });
  const theirs = (kind: "single" | "batch" | "users"): Target => ({
    url: `${peer.url}/${way.endpoint}/${kind}`,
    apiKey,
    bodies: bodies[kind],
  });
  const targets = {
    ourSingle: ours("single"),
    theirSingle: theirs("single"),
    ourBatch: ours("batch"),
    theirBatch: theirs("batch"),
    ourUsers: ours("users"),
    theirUsers: theirs("users"),
  };
  const full = {} as Round["full"];
  const half = {} as Round["half"];
  for (const [name, target] of Object.entries(targets) as [keyof typeof targets, Target][]) {
    await fullLoad(target, 2); // warm
    full[name] = await fullLoad(target, seconds);
    half[name] = await pacedLoad({ ...target, perSecond: full[name].perSecond / 2, seconds });
  }
  return { full, half };
}

/** Waits until nothing more is written. @returns how many answers are stored */
async function storedOf({ service: { sql } }: BenchService): Promise<number> {
  const count = async () =>
    Number((await sql`select count(*) as n from predictions where source = 'api'`)[0].n);
  for (let before = -1, now = await count();; before = now, now = await count()) {
    if (now === before) return now;
    await sleep(1_000);
  }
}
