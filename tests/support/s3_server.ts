/** A real S3 server, versitygw over a folder, built once by Go into the cache as Temporal's server is. */
import { join } from "node:path";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import type { S3Access } from "../../src/registry/s3_client.ts";
import { goProgram } from "./go_program.ts";
import { freshName } from "./installation.ts";

const VERSITYGW = {
  name: "versitygw",
  path: "github.com/versity/versitygw/cmd/versitygw",
  version: "v1.8.0",
  probe: ["--version"],
};

/** The path of the server's program, from the cache or built now; null: it cannot be built here. */
export const findS3Server = (): Promise<string | null> => goProgram(VERSITYGW);

/** A server that can be killed and started again on its port and files. */
export interface S3Server extends AsyncDisposable {
  /** a bucket of its own */
  access: S3Access & { endpoint: string };
  /** where it keeps the bucket's objects, by key */
  folder: string;
  /** variables by which Perennial uses the bucket */
  env: Record<string, string>;
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts an S3 server with one bucket. */
export async function startS3Server(): Promise<S3Server> {
  const program = await findS3Server();
  if (program === null) throw new Error("Cannot build the S3 server of the tests: see above; it needs Go");
  const home = await Deno.makeTempDir({ prefix: "perennial-s3-" });
  const bucket = freshName("bucket");
  const port = await freePort();
  const [accessKeyId, secretAccessKey] = ["a-key-of-tests", "a secret of tests"];
  const folder = join(home, "objects", bucket);
  const endpoint = `http://127.0.0.1:${port}`;
  for (const name of ["objects", "attributes"]) await Deno.mkdir(join(home, name));
  await Deno.mkdir(folder);
  let child: Deno.ChildProcess | undefined;
  const start = async () => {
    child = new Deno.Command(program, {
      args: [
        "--port",
        `127.0.0.1:${port}`,
        "--quiet",
        "posix",
        "--sidecar",
        join(home, "attributes"),
        join(home, "objects"),
      ],
      env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const answers = () =>
      fetch(endpoint).then((answer) => answer.body?.cancel().then(() => true), () => false);
    const isUp = await waitUntil(async () => await answers() ?? true, { withinMs: 60_000, everyMs: 50 });
    if (!isUp) throw new Error("The S3 server does not answer");
  };
  const kill = async () => {
    child?.kill("SIGKILL");
    await child?.status;
    child = undefined;
  };
  await start();
  return {
    access: { bucket, prefix: "shop/", endpoint, region: "us-east-1", accessKeyId, secretAccessKey },
    folder,
    env: {
      PERENNIAL_ARTEFACTS: `s3://${bucket}/shop`,
      PERENNIAL_S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    start,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(home, { recursive: true });
    },
  };
}
