import { sleep } from "../../src/core/deadline.ts";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../src/embedded/ports.ts";
import { onEnd } from "../shared/cleanup.ts";

const START_MS = 60_000;
const HERE = dirname(fileURLToPath(import.meta.url));

/** How the peer is run, and which kind of endpoint answers. */
export interface PeerWay {
  readonly workers: 1 | 2;
  readonly endpoint: "async" | "threaded";
}

export const PEER_WAYS: readonly PeerWay[] = ([1, 2] as const).flatMap((workers) =>
  (["async", "threaded"] as const).map((endpoint) => ({ workers, endpoint }))
);

export const wayText = ({ workers, endpoint }: PeerWay) =>
  `${workers} ${workers === 1 ? "worker" : "workers"}, ${endpoint} endpoint`;

/** A peer that answers. */
export interface Peer extends AsyncDisposable {
  readonly url: string;
}

/** Starts uvicorn with uvloop and httptools, without an access log. */
export async function startPeer(python: string, training: string, workers: number): Promise<Peer> {
  const port = await freePort();
  const { OPENBLAS_CORETYPE: _kernel, OPENBLAS_L2_SIZE: _size, ...env } = Deno.env.toObject(); // its own choice is faster
  const child = new Deno.Command(python, {
    args: [
      "-m",
      "uvicorn",
      "peer:app",
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--workers",
      String(workers),
      "--loop",
      "uvloop",
      "--http",
      "httptools",
      "--log-level",
      "warning",
      "--no-access-log",
    ],
    cwd: HERE,
    clearEnv: true,
    env: {
      ...env,
      PEER_TRAINING: training,
      OMP_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const stop = onEnd(async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  return { url, [Symbol.asyncDispose]: stop };
}

async function answering(url: string): Promise<void> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline;) {
    const response = await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(2_000) }).catch(() =>
      null
    );
    await response?.body?.cancel();
    if (response?.ok) return;
    await sleep(200);
  }
  throw new Error(`The peer does not answer within ${START_MS / 1000} s`);
}
