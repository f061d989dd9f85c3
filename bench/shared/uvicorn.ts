import { freePort } from "../../src/embedded/ports.ts";
import { sleep } from "../../src/core/deadline.ts";
import { onEnd } from "./cleanup.ts";

const START_MS = 60_000;

/** A peer that answers over HTTP. */
export interface Peer extends AsyncDisposable {
  readonly url: string;
  /** of uvicorn, whose workers are its children */
  readonly pid: number;
}

/** Starts a FastAPI app by uvicorn with uvloop and httptools, without an access log. */
export async function startUvicorn(
  python: string,
  { app, folder, workers, env }: {
    app: string;
    folder: string;
    workers: number;
    env: Record<string, string>;
  },
): Promise<Peer> {
  const port = await freePort();
  const { OPENBLAS_CORETYPE: _kernel, OPENBLAS_L2_SIZE: _size, ...outer } = Deno.env.toObject(); // its own choice is faster
  const options = {
    host: "127.0.0.1",
    port: String(port),
    workers: String(workers),
    loop: "uvloop",
    http: "httptools",
    "log-level": "warning",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = new Deno.Command(python, {
    args: ["-m", "uvicorn", app, ...flags, "--no-access-log"],
    cwd: folder,
    clearEnv: true,
    env: {
      ...outer,
      ...env,
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
  return { url, pid: child.pid, [Symbol.asyncDispose]: stop };
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
