import { join } from "node:path";
import type { Bench } from "../shared/bench.ts";
import { onEnd, temporaryFolder } from "../shared/cleanup.ts";
import { type Draws, writeDraws } from "./draws.ts";
import { type Kind, SIMULATED } from "./kinds.ts";
import type { OursFound } from "./ours.ts";
import { judgeByPeers, pythonWithMonitors } from "./peers.ts";
import { PROTOCOL, type Protocol, QUICK, WHOLE } from "./protocol.ts";
import { type Found, reportOf } from "./report.ts";
import { realKinds } from "./shoppers.ts";

const MINUTES = 60, MINUTES_WHOLE = 120;
/** One for ours, one for the peers, on a machine of two cores. */
const AT_ONCE = 2;

export const falseAlarmsBench: Bench = {
  name: "false-alarms",
  about: "false alarms and power of the drift check, beside Evidently, NannyML and Alibi Detect",
  minutes: MINUTES,
  minutesWhole: MINUTES_WHOLE,
  async run({ say, quick, whole }) {
    const started = performance.now(), python = await pythonWithMonitors(say);
    const protocol = quick ? QUICK : whole ? WHOLE : PROTOCOL;
    const folder = await temporaryFolder();
    try {
      const kinds = [...SIMULATED, ...await realKinds()];
      const withinMs = (whole ? MINUTES_WHOLE : MINUTES) * 60_000;
      const found = await judgeAll(kinds, { protocol, python, folder: folder.path, withinMs, say });
      const report = reportOf(found.map(({ found }) => found), (performance.now() - started) / 1000);
      return { report, versions: found[0].versions };
    } finally {
      await folder.remove();
    }
  },
};

interface Places {
  protocol: Protocol;
  python: string;
  folder: string;
  withinMs: number;
  say: (line: string) => void;
}

/** All kinds, by ours and by the peers, a few at once; the peers', which take longer at first, begin. */
async function judgeAll(
  kinds: readonly Kind[],
  places: Places,
): Promise<{ found: Found; versions: Record<string, string> }[]> {
  const { protocol, python, folder, withinMs, say } = places;
  const drawn: Draws[] = [];
  for (const [i, kind] of kinds.entries()) {
    drawn.push(await writeDraws(join(folder, `kind${i}`), kind, protocol));
  }
  const took = (started: number) => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const judged = <T>(who: string, judge: (at: string) => Promise<T>) =>
    kinds.map(({ name }, i) => async () => {
      const started = performance.now(), result = await judge(join(folder, `kind${i}`));
      say(`false-alarms: ${who} on ${name}, ${took(started)}`);
      return result;
    });
  const slots = semaphore(AT_ONCE);
  const [peers, ours] = await Promise.all([
    Promise.all(judged("the peers", (at) => judgeByPeers(python, at, withinMs)).map(slots)),
    Promise.all(judged("Perennial", judgeInThread).map(slots)),
  ]);
  return kinds.map((_, i) => {
    const { flags, ...cost } = ours[i];
    const found = { draws: drawn[i], ours: flags, peers: peers[i].flags, reports: peers[i].reports, cost };
    return { found, versions: peers[i].versions };
  });
}

/** Lets so many pieces of work run at a time. */
function semaphore(most: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

async function judgeInThread(folder: string): Promise<OursFound> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const end = onEnd(() => Promise.resolve(worker.terminate()));
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<OursFound>) => resolve(data);
      worker.onerror = (event) => (event.preventDefault(), reject(new Error(event.message)));
      worker.postMessage(folder);
    });
  } finally {
    await end();
  }
}
