import { join } from "node:path";
import type { Bench } from "../shared/bench.ts";
import { onEnd, temporaryFolder } from "../shared/cleanup.ts";
import { type Draws, writeDraws } from "./draws.ts";
import { SIMULATED } from "./kinds.ts";
import type { OursFound } from "./ours.ts";
import { judgeByPeers, pythonWithMonitors } from "./peers.ts";
import { PROTOCOL, type Protocol, QUICK, WHOLE } from "./protocol.ts";
import { type Found, reportOf } from "./report.ts";
import { realKinds } from "./shoppers.ts";

const MINUTES = 90;
const MINUTES_WHOLE = 180;
/** One for ours, one for the peers, on a machine of two cores. */
const AT_ONCE = 2;

export const falseAlarmsBench: Bench = {
  name: "false-alarms",
  about: "false alarms and power of the drift check, beside Evidently, NannyML and Alibi Detect",
  minutes: MINUTES,
  minutesWhole: MINUTES_WHOLE,
  async run({ say, quick, whole }) {
    const started = performance.now();
    const python = await pythonWithMonitors(say);
    const protocol = quick ? QUICK : whole ? WHOLE : PROTOCOL;
    const folder = await temporaryFolder();
    try {
      const withinMs = (whole ? MINUTES_WHOLE : MINUTES) * 60_000;
      const { found, versions } = await judgeAll({ protocol, python, folder: folder.path, withinMs, say });
      return { report: reportOf(found, (performance.now() - started) / 1000), versions };
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

/** Draws all kinds of data and has each judged by the peers, in one process, and by ours, in threads. */
async function judgeAll(
  { protocol, python, folder, withinMs, say }: Places,
): Promise<{ found: Found[]; versions: Record<string, string> }> {
  const kinds: { draws: Draws; at: string }[] = [];
  for (const [i, kind] of [...SIMULATED, ...await realKinds()].entries()) {
    const at = join(folder, `kind${i}`);
    kinds.push({ draws: await writeDraws(at, kind, protocol), at });
  }
  const slots = semaphore(AT_ONCE);
  const [peers, ...ours] = await Promise.all([
    slots(() => judgeByPeers(python, kinds.map(({ at }) => at), withinMs)),
    ...kinds.map(({ draws, at }) =>
      slots(async () => {
        const started = performance.now();
        const found = await judgeInThread(at);
        say(
          `false-alarms: Perennial on ${draws.kind}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
        );
        return found;
      })
    ),
  ]);
  const found = kinds.map(({ draws }, i) => {
    const { flags, ...cost } = ours[i];
    const { flags: theirs, reports } = peers.kinds[i];
    return { draws, ours: flags, peers: theirs, reports, cost };
  });
  return { found, versions: peers.versions };
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
