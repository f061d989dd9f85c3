import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onEnd } from "../shared/cleanup.ts";
import type { BenchService } from "../shared/service.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const START_MS = 60_000;

/** Starts a second process of the API on the same port, as the peer has workers. */
export async function startSecondApi(
  { databaseUrl, temporalAddress, home, url, apiKey }: BenchService,
): Promise<AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-check", MAIN, "api"],
    env: {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      PERENNIAL_PORT: new URL(url).port,
      PERENNIAL_SHARE_PORT: "true",
      PERENNIAL_ARTEFACTS: join(home, "artefacts"),
      PERENNIAL_SECRET: await Deno.readTextFile(join(home, "secret")),
      PERENNIAL_API_KEY: apiKey,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stop = onEnd(async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  await ready(child.stderr);
  return { [Symbol.asyncDispose]: stop };
}

/** Reads what it says until it is ready, and all else, so that it never waits for a reader. */
async function ready(said: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  const isReady = Promise.withResolvers<void>();
  const read = async () => {
    let text = "";
    for await (const part of said.pipeThrough(new TextDecoderStream())) {
      text = (text + part).slice(-2000);
      if (text.includes("Ready: ")) isReady.resolve();
    }
    isReady.reject(new Error(`The second API ended: ${text}`));
  };
  void read();
  const timer = setTimeout(() => isReady.reject(new Error("The second API does not start")), START_MS);
  await isReady.promise.finally(() => clearTimeout(timer));
}
