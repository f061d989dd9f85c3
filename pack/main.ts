/**
 * Builds the npm package: `deno task pack [FOLDER]`. Its library runs under Node and Deno as it is; its program is the
 * sources of this checkout, which the package's own code unpacks and hands to Deno.
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import denoConfig from "../deno.json" with { type: "json" };
import { sha256 } from "../src/core/hash.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the program is made of. */
const APP = [
  "activities",
  "components",
  "data",
  "docs",
  "islands",
  "notebooks",
  "routes",
  "src",
  "static",
  "workflows",
  "deno.json",
  "deno.lock",
];
const NODE_AT_LEAST = "22";

/** Builds the package in a folder. @returns the tarball that npm makes of it */
export async function pack(folder: string): Promise<string> {
  await Deno.remove(folder, { recursive: true }).catch(() => undefined);
  await Deno.mkdir(join(folder, "app"), { recursive: true });
  const hashes: string[] = [];
  for (const name of APP) hashes.push(...await copy(name, join(folder, "app")));
  await Deno.writeTextFile(join(folder, "app.sha256"), `${sha256(hashes.join("\0"))}\n`);
  await bundle("pack/mod.ts", join(folder, "lib", "mod.js"));
  await bundleLate(join(folder, "lib"));
  await bundle("pack/launcher.ts", join(folder, "bin", "perennial.js"));
  await makeProgram(join(folder, "bin", "perennial.js"));
  await declare(join(folder, "lib", "mod.d.ts"));
  for (const name of ["LICENSE", "README.md"]) await Deno.copyFile(join(ROOT, name), join(folder, name));
  await Deno.writeTextFile(join(folder, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  const told = await run("npm", ["pack", "--silent", "--ignore-scripts"], folder);
  return join(folder, told.trim().split("\n").at(-1)!);
}

/** Copies a file, or a folder with all below it. @returns each file's name and hash, in order */
async function copy(name: string, to: string): Promise<string[]> {
  const from = join(ROOT, name);
  if ((await Deno.stat(from)).isFile) {
    const bytes = await Deno.readFile(from);
    await Deno.writeFile(join(to, name), bytes);
    return [name, sha256(bytes)];
  }
  await Deno.mkdir(join(to, name), { recursive: true });
  const names: string[] = [];
  for await (const entry of Deno.readDir(from)) names.push(entry.name);
  const hashes: string[] = [];
  for (const inside of names.sort()) hashes.push(...await copy(join(name, inside), to));
  return hashes;
}

/** Makes one module of an entry and everything it imports but zod, whose schemas a caller may share. */
async function bundle(entry: string, output: string): Promise<void> {
  const args = ["bundle", "--quiet", "--platform", "deno", "--external", "zod", "--output", output, entry];
  await run(Deno.execPath(), args, ROOT);
}

/** What the client loads late, by the address that it writes: a bundler does not follow these. */
const LATE = [
  { address: "./answers.ts", source: "src/client/answers.ts", name: "answers.js" },
  { address: "../retraining/status.ts", source: "src/retraining/status.ts", name: "status.js" },
] as const;

/** Lays modules that are loaded late beside the bundle, and leads it to them. @throws {Error} it names none of them */
async function bundleLate(folder: string): Promise<void> {
  const path = join(folder, "mod.js");
  let text = await Deno.readTextFile(path);
  for (const { address, source, name } of LATE) {
    const written = `import.meta.resolve("${address}")`;
    if (!text.includes(written)) throw new Error(`Cannot find ${written} in the bundle`);
    await bundle(source, join(folder, name));
    text = text.replaceAll(written, `import.meta.resolve("./${name}")`);
  }
  await Deno.writeTextFile(path, text);
}

async function makeProgram(path: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/usr/bin/env node\n${await Deno.readTextFile(path)}`);
  await Deno.chmod(path, 0o755);
}

/** Writes the types of the library as one file that needs zod alone. */
async function declare(output: string): Promise<void> {
  const types = await rollup({
    input: join(ROOT, "pack", "mod.ts"),
    external: ["zod"],
    plugins: [dts({ tsconfig: join(ROOT, "pack", "tsconfig.json") })],
    onwarn({ message }) {
      throw new Error(`Cannot write the types of the package: ${message}`);
    },
  });
  await types.write({ file: output });
  await types.close();
}

function manifest() {
  const [, zod] = denoConfig.imports.zod.split("zod@");
  return {
    name: "perennial",
    version: denoConfig.version,
    description: "Durable, automatic retraining of the models of a shop",
    license: "MIT",
    type: "module",
    bin: { perennial: "bin/perennial.js" },
    exports: { ".": { types: "./lib/mod.d.ts", default: "./lib/mod.js" } },
    files: ["app", "app.sha256", "bin", "lib"],
    engines: { node: `>=${NODE_AT_LEAST}` },
    dependencies: { deno: Deno.version.deno, zod },
  };
}

/** @throws {Error} it failed; holds what it said */
async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${command} ${args[0]} failed: ${text(stderr)}`);
  return text(stdout);
}

if (import.meta.main) {
  const tarball = await pack(resolve(Deno.args[0] ?? join(ROOT, "dist")));
  const { size } = await Deno.stat(tarball);
  console.log(`${tarball} (${(size / 1e6).toFixed(1)} MB)`);
  console.log(`npm install ${tarball}`);
}
