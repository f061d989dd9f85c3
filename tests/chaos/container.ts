/**
 * The steps of the Containerfile, followed without a container engine: its base is a root made by debootstrap, its image
 * runs there as the image's user, on a read-only root, without capabilities. Needs root and Debian's registry.
 */
import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "../../src/client/client.ts";
import { createRetrainer } from "../../src/client/retrainer.ts";
import { readConfig } from "../../src/config/environment.ts";
import { connectTemporal, createTemporalClient } from "../../src/temporal/connect.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { readContainerfile, type Stage, type Step } from "../support/containerfile.ts";
import { aptInstall } from "../support/apt.ts";
import { type StartedForTests, startTestInstallation } from "../support/test_installation.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STEP_MS = 15 * 60_000;
const READY_MS = 120_000;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const AUTHORITIES = "/run/authorities.crt";
/** Folders that the image may write, as the chart's volumes. */
const WRITABLE = ["tmp", "var/lib/perennial", "var/cache/perennial"];
const KEY = "pk_for-the-container-alone";

type Say = (line: string) => void;

/** Builds the image as folders, and sees that migration, API and worker of it do their work. */
export async function runContainer(say: Say): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-container-" });
  try {
    const stages = readContainerfile(await Deno.readTextFile(join(ROOT, "Containerfile")));
    const roots = await build(stages, folder, say);
    const image = stages.at(-1)!;
    await serve(image, roots.get(image.name)!, say);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Follows every step. @returns the root of each stage */
async function build(stages: readonly Stage[], folder: string, say: Say): Promise<Map<string, string>> {
  const base = join(folder, "base");
  await timed(say, "debootstrap", () => bootstrap(stages, base));
  const roots = new Map<string, string>();
  for (const { name, steps } of stages) {
    const root = join(folder, `stage-${name}`);
    await run("cp", ["-a", base, root]);
    roots.set(name, root);
    for (const step of steps) {
      const what = step.kind === "run" ? step.command : `copy ${step.source}`;
      await timed(say, `${name}: ${what.slice(0, 80)}`, () => follow(step, root, roots));
    }
  }
  return roots;
}

/** Makes the root that stands for the image's base, `debian:SUITE-slim`. */
async function bootstrap(stages: readonly Stage[], root: string): Promise<void> {
  const suites = new Set(stages.map(({ base }) => /^debian:(\w+)-slim$/.exec(base)?.[1]));
  const [suite] = suites;
  if (suites.size !== 1 || !suite) throw new Error("Cannot stand in for a base that is no debian:SUITE-slim");
  await aptInstall("debootstrap");
  await run("debootstrap", ["--variant=minbase", suite, root]);
  const authorities = Deno.env.get("NODE_EXTRA_CA_CERTS"); // of whoever stands between here and the registries
  if (authorities) await Deno.copyFile(authorities, join(root, AUTHORITIES));
}

async function follow(
  step: Step & { env: Readonly<Record<string, string>>; folder: string },
  root: string,
  roots: ReadonlyMap<string, string>,
): Promise<void> {
  await Deno.mkdir(join(root, step.folder), { recursive: true });
  if (step.kind === "copy") return await copy(step, root, roots);
  const script = `cd "${step.folder}" && ${step.command}`;
  const env = { ...passedOn(), ...step.env };
  const inside = ["env", "-i", ...Object.entries(env).map(([name, value]) => `${name}=${value}`), "sh", "-c"];
  const mounts =
    'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; root="$1"; shift; exec chroot "$root" "$@"';
  await run("unshare", ["--mount", "sh", "-ec", mounts, "sh", root, ...inside, script]);
}

/** Returns the variables of this machine without which the registries cannot be reached. */
function passedOn(): Record<string, string> {
  const proxies = Object.entries(Deno.env.toObject()).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  const authorities: Record<string, string> = Deno.env.get("NODE_EXTRA_CA_CERTS")
    ? { NODE_EXTRA_CA_CERTS: AUTHORITIES, SSL_CERT_FILE: AUTHORITIES }
    : {};
  return { PATH, DEBIAN_FRONTEND: "noninteractive", ...authorities, ...Object.fromEntries(proxies) };
}

/** As COPY does: the content of a folder, or a file. */
async function copy(
  { from, source, target, folder }: Step & { kind: "copy"; folder: string },
  root: string,
  roots: ReadonlyMap<string, string>,
): Promise<void> {
  const origin = join(from === null ? ROOT : roots.get(from)!, source);
  const path = join(root, target.startsWith("/") ? target : join(folder, target));
  const { isDirectory } = await Deno.stat(origin);
  await Deno.mkdir(isDirectory ? path : dirname(path), { recursive: true });
  await run("cp", ["-a", "--no-preserve=ownership", isDirectory ? `${origin}/.` : origin, path]);
}

/** Runs the migration, the API and a worker of the image, each as a container would. */
async function serve(image: Stage, root: string, say: Say): Promise<void> {
  await using servers = await installation();
  const [port, apiHealth, workerHealth] = [await freePort(), await freePort(), await freePort()];
  const env = {
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    PERENNIAL_SECRET: "a secret for the container alone",
    PERENNIAL_API_KEY: KEY,
    PERENNIAL_PORT: String(port),
  };
  const migrated = await start(image, root, { env, command: ["perennial", "migrate"] }).output;
  assert.match(migrated, /migrations? applied|Nothing to do/);
  say("  the migration has ended");
  await assertJailed(image, root);
  const api = start(image, root, { env: { ...env, PERENNIAL_HEALTH_PORT: String(apiHealth) } });
  await ready(api, apiHealth);
  await askApi(`http://127.0.0.1:${port}`);
  say("  the API answers, and serves the dashboard and its scripts");
  const worker = start(image, root, {
    env: { ...env, PERENNIAL_HEALTH_PORT: String(workerHealth) },
    command: ["worker"],
  });
  await ready(worker, workerHealth);
  await stopRetrainer(`http://127.0.0.1:${port}`, servers.temporalAddress);
  say("  the worker has done what the API asked for");
  await Promise.all([stop(api), stop(worker)]);
  say("  both ended at SIGTERM, with code 0");
}

async function installation(): Promise<StartedForTests & AsyncDisposable> {
  const started = await startTestInstallation();
  return { ...started, [Symbol.asyncDispose]: () => started.stop() };
}

interface Started {
  child: Deno.ChildProcess;
  said(): string;
  /** all that it said, once it ended well */
  output: Promise<string>;
}

/** Starts a command of the image: as its user, on a read-only root, without capabilities, its folders empty. */
function start(
  { image }: Stage,
  root: string,
  { env, command = image.command, entrypoint = image.entrypoint }: {
    env: Record<string, string>;
    command?: readonly string[];
    entrypoint?: readonly string[];
  },
): Started {
  const [user, group] = image.user.split(":");
  const folders = WRITABLE.map((path) =>
    `mount -t tmpfs -o uid=${user},gid=${group},mode=700 tmpfs "$1/${path}"`
  );
  const script = [
    'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"',
    'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"',
    ...folders,
    'root="$1"; shift; exec chroot "$root" "$@"',
  ].join("; ");
  const given = Object.entries({ PATH, ...image.env, ...env }).map(([name, value]) => `${name}=${value}`);
  const rights = ["--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];
  const jail = [
    "setpriv",
    `--reuid=${user}`,
    `--regid=${group}`,
    ...rights,
    "env",
    "-i",
    `--chdir=${image.folder}`,
  ];
  const child = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-ec", script, "sh", root, ...jail, ...given, ...entrypoint, ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const hear = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) lines.push(text);
  };
  const output = Promise.all([hear(child.stdout), hear(child.stderr)]).then(() => child.status).then(
    ({ code }) => {
      if (code !== 0) throw new Error(`${command.join(" ")} ended with code ${code}:\n${lines.join("")}`);
      return lines.join("");
    },
  );
  output.catch(() => undefined); // told where it is waited for
  return { child, said: () => lines.join(""), output };
}

/** Sees that the jail is one, with the image's own shell. */
async function assertJailed(image: Stage, root: string): Promise<void> {
  const script = [
    "id -u",
    "touch /opt/perennial/x 2>&1 || true",
    "touch /etc/x 2>&1 || true",
    "touch /var/lib/perennial/x && echo written",
    "grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status",
  ].join("; ");
  const said = await start(image, root, { env: {}, entrypoint: ["sh", "-c"], command: [script] }).output;
  assert.match(said, new RegExp(`^${image.image.user.split(":")[0]}\n`));
  assert.equal(said.match(/Read-only file system/g)?.length, 2, said);
  assert.match(said, /^written$/m);
  assert.equal(said.match(/^Cap(Eff|Bnd):\s+0+$/gm)?.length, 2, said);
  assert.match(said, /^NoNewPrivs:\s+1$/m);
}

async function ready({ said, output }: Started, port: number): Promise<void> {
  let gone: unknown;
  output.then(() => gone = "it ended", (error) => gone = error);
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(async (answer) => {
      await answer.body?.cancel();
      return answer.ok;
    }, () => false);
  const isReady = await waitUntil(async () => gone !== undefined || await answers(), {
    withinMs: READY_MS,
    everyMs: 200,
  });
  if (!isReady || gone !== undefined) throw new Error(`It is not ready (${gone ?? "too late"}):\n${said()}`);
}

/** Pages, their scripts, and an event. */
async function askApi(url: string): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}` };
  const page = await fetch(url, { headers }).then((answer) => answer.text());
  const scripts = new Set(page.match(/\/_fresh\/[^"']+\.js/g));
  assert.ok(scripts.size > 0, page.slice(0, 500));
  for (const script of scripts) {
    const bundled = await fetch(`${url}${script}`, { headers });
    assert.equal(bundled.status, 200, script);
    assert.notEqual(await bundled.text(), "", script);
  }
  const time = new Date().toISOString();
  const event = { id: "o-1", type: "purchase", user: "12345", product: "p1", price: 9.5, quantity: 2, time };
  const posted = await fetch(`${url}/events`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify([event]),
  });
  assert.ok(posted.ok, await posted.text());
}

/** Sees that the worker takes what the API asks for, by a question to the workflow, which the worker alone answers. */
async function stopRetrainer(url: string, temporalAddress: string): Promise<void> {
  const connection = await connectTemporal(temporalAddress, readConfig({}));
  try {
    const temporal = createTemporalClient(connection, { namespace: "default", keys: null, workflow: [] });
    const isActive = async () =>
      (await temporal.workflow.getHandle("retrainer/churn").query<{ active: boolean }>("status")).active;
    const becomes = (active: boolean) =>
      waitUntil(async () => await isActive().catch(() => null) === active, {
        withinMs: READY_MS,
        everyMs: 500,
      });
    assert.ok(await becomes(true), "the worker runs the retrainer");
    await createRetrainer(createClient({ url, apiKey: KEY }), "churn").stop({ why: "the container" });
    assert.ok(await becomes(false), "the worker stops the retrainer");
  } finally {
    await connection.close();
  }
}

async function stop({ child, output }: Started): Promise<void> {
  child.kill("SIGTERM");
  await output;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { ok, output } = await runProgram(program, args, { timeoutMs: STEP_MS });
  if (!ok) throw new Error(`${basename(program)} failed:\n${output.split("\n").slice(-20).join("\n")}`);
}

async function timed(say: Say, what: string, work: () => Promise<void>): Promise<void> {
  const begunMs = performance.now();
  await work();
  const seconds = (performance.now() - begunMs) / 1000;
  if (seconds >= 1) say(`  ${what}: ${seconds.toFixed(0)} s`);
}
