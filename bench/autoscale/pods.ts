/** Processes that stand for the pods of a Deployment: started, asked whether they are ready, and ended as Kubernetes does. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../src/embedded/ports.ts";
import { sleep } from "../../src/core/deadline.ts";
import { forget, onEnd } from "../shared/cleanup.ts";
import type { Workload } from "./specs.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const TICKS_PER_SECOND = 100;

export interface Pod {
  name: string;
  pid: number;
  url: string;
  isReady: boolean;
  /** in no Service any more */
  isLeaving: boolean;
  /** kills it, whatever it does */
  kill(): void;
  ended: Promise<Deno.CommandStatus>;
  said: string[];
}

/** The pods of one Deployment. */
export class Pods {
  private pods: Pod[] = [];
  private made = 0;
  /** how each that was ended came to its end */
  readonly exits: { name: string; code: number; seconds: number }[] = [];
  private readonly leaving = new Set<Promise<void>>();

  constructor(
    readonly workload: Workload,
    private readonly place: { folder: string; env: Readonly<Record<string, string>> },
  ) {}

  get count(): number {
    return this.pods.length;
  }

  ready(): Pod[] {
    return this.pods.filter(({ isReady, isLeaving }) => isReady && !isLeaving);
  }

  /** Starts what is missing, and ends what is too much: the oldest first, which has most under way. */
  async scaleTo(replicas: number): Promise<void> {
    while (this.pods.length < replicas) this.pods.push(await this.start());
    while (this.pods.length > replicas) {
      const [pod] = this.pods.splice(0, 1);
      const leaving = this.end(pod).finally(() => this.leaving.delete(leaving));
      this.leaving.add(leaving);
    }
  }

  async stop(): Promise<void> {
    await this.scaleTo(0);
    await Promise.all(this.leaving);
  }

  private async start(): Promise<Pod> {
    const { workload: { name: workload, env, args } } = this;
    const name = `${workload}-${++this.made}`;
    const [port, health] = [await freePort(), await freePort()];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", "--no-check", MAIN, ...args],
      env: {
        ...env,
        ...this.place.env,
        PERENNIAL_HOST: "127.0.0.1",
        PERENNIAL_HOME: join(this.place.folder, name),
        PERENNIAL_PORT: String(port),
        PERENNIAL_HEALTH_PORT: String(health),
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) void hear(stream, said);
    const undo = onEnd(() => child.kill("SIGKILL"));
    const pod: Pod = {
      name,
      pid: child.pid,
      url: `http://127.0.0.1:${port}`,
      isReady: false,
      isLeaving: false,
      kill: () => child.kill("SIGKILL"),
      ended: child.status,
      said,
    };
    void pod.ended.then(() => forget(undo));
    void this.probe(pod, child, `http://127.0.0.1:${health}/readyz`);
    return pod;
  }

  /** Asks as the readiness probe does, until the pod ends. */
  private async probe(pod: Pod, child: Deno.ChildProcess, url: string): Promise<void> {
    let ended = false;
    void child.status.then(() => ended = true);
    while (!ended && !pod.isLeaving) {
      pod.isReady = await fetch(url, { signal: AbortSignal.timeout(6_000) }).then(async (answer) => {
        await answer.body?.cancel();
        return answer.ok;
      }, () => false);
      await sleep(pod.isReady ? 5_000 : 500);
    }
    if (ended && !pod.isLeaving) {
      throw new Error(`${pod.name} ended by itself:\n${pod.said.join("").slice(-2000)}`);
    }
  }

  /** Takes it out of the Service, waits as preStop does, then SIGTERM, and SIGKILL after the grace period. */
  private async end(pod: Pod): Promise<void> {
    const { preStopSeconds, graceSeconds } = this.workload;
    pod.isLeaving = true;
    await sleep(preStopSeconds * 1000);
    const begunMs = performance.now();
    Deno.kill(pod.pid, "SIGTERM");
    const late = setTimeout(() => pod.kill(), (graceSeconds - preStopSeconds) * 1000);
    const { code } = await pod.ended;
    clearTimeout(late);
    this.exits.push({ name: pod.name, code, seconds: (performance.now() - begunMs) / 1000 });
  }
}

async function hear(stream: ReadableStream<Uint8Array<ArrayBuffer>>, said: string[]): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    said.push(text);
    if (said.length > 200) said.shift();
  }
}

/** Returns the processor seconds that processes have used so far, by pid. Linux alone tells. */
export async function processorSeconds(pids: readonly number[]): Promise<Map<number, number>> {
  const lines = await new Promise<string>((resolve) =>
    execFile(
      "sh",
      ["-c", `cat ${pids.map((pid) => `/proc/${pid}/stat`).join(" ")} 2>/dev/null`],
      (_e, text) => resolve(text),
    )
  );
  return new Map(
    lines.split("\n").filter((line) => line !== "").map((line) => {
      const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
      return [Number(line.split(" ", 1)[0]), (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND];
    }),
  );
}
