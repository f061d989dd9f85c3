/** The package, as somebody installs it into an empty folder: no checkout, no TypeScript, no settings. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pack } from "../../pack/main.ts";
import { VERSION } from "../../src/core/version.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { withServed } from "../cli/support.ts";
import { KEY } from "../api/support.ts";
import { freshNamespace, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { serveRegistry } from "./registry.ts";

const NODE = "22.23.3";
const TYPESCRIPT = "6.0.3";

/** What a program of somebody else's says; the last line but one holds an error that the types must find. */
const PROGRAM = `
import { createClient, defineModel, getRetrainer, type StartOptions, startRetrainingService } from "perennial";
export const options: StartOptions = { home: "./state", port: 8123, ports: { postgres: 8124 } };
const { models } = await createClient({ url: "http://127.0.0.1:1" }).models();
export const count: number = models.length;
export const visits = defineModel({
  name: "visits", kind: "regression", question: "How often?", unit: "days", primaryMetric: "mae", loss: "mse",
  metrics: ["mae"], network: "linear", label: (future) => future.filter((day) => day.purchases > 0).length,
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});
// @ts-expect-error a number is no text
export const text: string = models.length;
export { getRetrainer, startRetrainingService };
`;

/** Starts a service with a model of its own, asks it, and ends it. */
const EMBEDDING = `
import { createClient, getRetrainer, startRetrainingService } from "perennial";
const service = await startRetrainingService(JSON.parse(process.argv[2]));
/** A machine that is busy with other tests may have it answer "try again soon". */
const patiently = async (ask) => {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (error.problem?.status !== 503 || tries === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
};
try {
  const visits = await patiently(() => getRetrainer("visits", service));
  const { models } = await createClient(service).models();
  console.log(JSON.stringify({ health: (await visits.status()).health.text, models: models.map((m) => m.model) }));
} finally {
  await service.stop();
}
`;

const ASKING = `
import { createClient, getRetrainer, UnreachableError } from "perennial";
const [url, apiKey] = Deno.args;
const churn = await getRetrainer("churn", { url, apiKey });
const refused = await createClient({ url: "http://127.0.0.1:9" }).status().catch((error) => error);
console.log((await churn.status()).model, refused instanceof UnreachableError);
`;

interface Ran {
  out: string;
  err: string;
}

async function run(
  cwd: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  const { success, stdout, stderr } = await new Deno.Command(command, { cwd, args, env, stdin: "null" })
    .output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, `${command} ${args.join(" ")}: ${out}${err}`);
  return { out, err };
}

/** Runs `work` in an empty folder outside of the checkout. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-package-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the package installs into an empty folder, and works under Node and Deno", async (t) => {
  await using dist = await temporary();
  const tarball = await pack(dist.path);
  await inFolder(async (folder) => {
    const npm = ["--no-audit", "--no-fund", "--ignore-scripts"];
    await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
    await run(folder, "npm", [
      "install",
      ...npm,
      tarball,
      `${nodePackage()}@${NODE}`,
      `typescript@${TYPESCRIPT}`,
    ]);
    const node = join(folder, "node_modules", nodePackage(), "bin", "node");
    const env = { PERENNIAL_CACHE: join(folder, "cache") };
    await Deno.writeTextFile(join(folder, "program.ts"), PROGRAM);

    await t.step("its types hold in a strict program, by TypeScript and by Deno", async () => {
      const strict = ["--strict", "--target", "esnext", "--module", "nodenext", "--noEmit", "program.ts"];
      await run(folder, node, ["node_modules/typescript/bin/tsc", ...strict]);
      await run(folder, Deno.execPath(), ["check", "program.ts"]);
    });

    await t.step("its program runs by Node alone, and says its version", async () => {
      const { out } = await run(folder, node, ["node_modules/.bin/perennial", "--version"], env);
      assert.equal(out.trim(), VERSION);
    });

    await t.step("a program under Node starts a service with a model of its own, and ends it", async () => {
      const { temporalAddress } = await sharedInstallation();
      await using database = await migratedDatabase();
      await Deno.mkdir(join(folder, "models"));
      const model = PROGRAM.slice(PROGRAM.indexOf("defineModel({"), PROGRAM.indexOf("});") + 3);
      const source = `import { defineModel } from "perennial";\nexport default ${model}`;
      await Deno.writeTextFile(join(folder, "models", "visits.ts"), source);
      await Deno.writeTextFile(join(folder, "embedding.mjs"), EMBEDDING);
      const options = {
        home: "./state",
        models: "./models",
        databaseUrl: database.url,
        temporalAddress,
        temporalNamespace: await freshNamespace(),
        port: await freePort(),
        secret: "a secret of a program under Node",
      };
      const { out } = await run(folder, node, ["embedding.mjs", JSON.stringify(options)], env);
      const { health, models } = JSON.parse(out);
      assert.match(health, /No version is deployed yet|Nothing to learn for visits/); // before and after its first check
      assert.ok(["churn", "spending", "visits"].every((name) => models.includes(name)), models.join());
    });
  });

  await t.step(
    "`deno add` takes it from a registry, and a program under Deno asks a service",
    () =>
      withServed(({ url }) =>
        inFolder(async (folder) => {
          const upstream = (await run(folder, "npm", ["config", "get", "registry"])).out.trim();
          await using registry = await serveRegistry({
            tarball,
            name: "perennial",
            version: VERSION,
            upstream,
          });
          const env = { NPM_CONFIG_REGISTRY: registry.url, DENO_DIR: join(folder, "deno") };
          await Deno.writeTextFile(join(folder, "deno.json"), "{}");
          await run(folder, Deno.execPath(), ["add", "npm:perennial"], env);
          await Deno.writeTextFile(join(folder, "asking.ts"), ASKING);
          const { out } = await run(
            folder,
            Deno.execPath(),
            ["run", "-A", "--check", "asking.ts", url, KEY],
            env,
          );
          assert.equal(out.trim(), "churn true");
        })
      ),
  );
});

/** The package that holds Node itself, for this machine. */
const nodePackage = () => `node-${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "perennial-dist-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
