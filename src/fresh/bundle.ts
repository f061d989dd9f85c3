/** The browser's code, bundled from `client.ts`, which reaches every island. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** File names below `/_fresh/`, and what is in them. */
export type Bundle = Readonly<Record<string, string>>;

/**
 * Bundles the islands below `root`, or takes what an earlier start left in `cacheDir` for the same sources.
 * @throws {Error} an island does not compile, or the bundler (fetched once from npm by Deno) cannot be had
 */
export async function bundleIslands(root: string, cacheDir?: string): Promise<Bundle> {
  if (!cacheDir) return await bundle();
  const file = join(cacheDir, `islands-${await fingerprint(root)}.json`);
  const cached = await readFile(file, "utf8").catch(() => null); // no such file: the first start with these sources
  if (cached) return JSON.parse(cached);
  const bundled = await bundle();
  await mkdir(cacheDir, { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(bundled));
  await rename(`${file}.new`, file); // a crash never leaves half a bundle
  return bundled;
}

async function bundle(): Promise<Bundle> {
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: [join(import.meta.dirname!, "client.ts")],
    outputDir: "_fresh",
    codeSplitting: true,
    platform: "browser",
    minify: true,
    write: false,
  });
  if (!success) throw new Error(`Cannot bundle the islands: ${errors.map((error) => error.text).join("; ")}`);
  return Object.fromEntries(outputFiles.map((file) => [basename(file.path), file.text()]));
}

/** A hash over all that the bundle is made from: own sources, the locked packages, Deno. */
async function fingerprint(root: string): Promise<string> {
  const hash = createHash("sha256").update(Deno.version.deno);
  for (const folder of ["islands", "routes", "components", "src"]) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((name) => /\.tsx?$/.test(name)).sort()) {
      hash.update(name).update(await readFile(join(root, folder, name)));
    }
  }
  hash.update(await readFile(join(root, "deno.lock")).catch(() => ""));
  return hash.digest("hex").slice(0, 16);
}
