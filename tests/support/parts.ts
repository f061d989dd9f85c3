/** The API and the worker as processes of their own, bounded to the folders and servers that they need. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { waitUntil } from "../../src/embedded/waiting.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Place {
  env: Record<string, string>;
  home: string;
  cache: string;
  /** hosts with ports that may be reached */
  servers: string[];
}

/** Starts a part as `deno task api` and `deno task worker` do, bounded further to these folders and servers. */
export function startPart(
  part: "api" | "worker",
  { env, home, cache, servers }: Place,
  { port, args = [] }: { port?: number; args?: readonly string[] } = {},
) {
  const net = [...servers, ...port === undefined ? [] : [`127.0.0.1:${port}`]];
  const output: string[] = [];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--no-prompt",
      `--allow-net=${net.join(",")}`,
      `--allow-read=${[ROOT, home, cache].join(",")}`,
      `--allow-write=${[home, cache].join(",")}`,
      "--allow-env",
      "--allow-sys",
      `--allow-ffi=${ROOT}node_modules`,
      "--deny-run",
      `${ROOT}src/main.ts`,
      part,
      ...args,
    ],
    env: { ...env, ...port === undefined ? {} : { PERENNIAL_PORT: String(port) } },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const read = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void output.push(text) }),
  );
  return {
    output: () => output.join(""),
    pid: child.pid,
    async stop(signal: Deno.Signal = "SIGTERM") {
      try {
        child.kill(signal);
      } catch {
        // it ended by itself
      }
      await child.status;
      await read;
    },
  };
}

export type Part = ReturnType<typeof startPart>;

/** Waits until a part says that it is ready. */
export const ready = async (part: Part) => {
  const isUp = await waitUntil(() => Promise.resolve(/Ready: |^error: /m.test(part.output())), {
    withinMs: 300_000,
    everyMs: 50,
  });
  assert.ok(isUp && part.output().includes("Ready: "), part.output());
};
