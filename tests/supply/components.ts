/** What Perennial is made of besides its own code: the packages of the lock file, with the licences that they state. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A locked package. */
export interface Component {
  /** as the lock file names it, with the peers that it was resolved with */
  id: string;
  name: string;
  version: string;
  /** SHA-512 of its archive, hexadecimal */
  sha512: string;
  /** SPDX expression; null: it states none, or is not installed on this system */
  licence: string | null;
  isInstalled: boolean;
  /** ids of the packages that it needs */
  needs: string[];
  hasInstallScript: boolean;
}

interface Locked {
  integrity: string;
  dependencies?: string[];
  scripts?: boolean;
}

/** Reads the lock file, and of each installed package its manifest. */
export async function readComponents(root = ROOT): Promise<Component[]> {
  const { npm } = JSON.parse(await Deno.readTextFile(join(root, "deno.lock"))) as {
    npm: Record<string, Locked>;
  };
  const ids = Object.keys(npm);
  const byName = Map.groupBy(ids, (id) => nameOf(id));
  const idOf = (needed: string) => npm[needed] ? needed : byName.get(nameOf(needed))?.[0];
  return await Promise.all(ids.map(async (id) => {
    const manifest = await manifestOf(root, id);
    return {
      id,
      name: nameOf(id),
      version: versionOf(id),
      sha512: Buffer.from(npm[id].integrity.replace(/^sha512-/, ""), "base64").toString("hex"),
      licence: manifest === null ? null : licenceIn(manifest),
      isInstalled: manifest !== null,
      needs: (npm[id].dependencies ?? []).flatMap((needed) => idOf(needed) ?? []).sort(),
      hasInstallScript: npm[id].scripts ?? false,
    };
  }));
}

const nameOf = (id: string): string => /^(@?[^@]+)/.exec(id)![1];
const versionOf = (id: string): string => id.slice(nameOf(id).length + 1).split("_")[0];

interface PackageManifest {
  license?: string | { type?: string };
  licenses?: { type?: string }[];
}

async function manifestOf(root: string, id: string): Promise<PackageManifest | null> {
  const folder = join(root, "node_modules/.deno", id.replaceAll("/", "+"));
  try {
    return JSON.parse(await Deno.readTextFile(join(folder, "node_modules", nameOf(id), "package.json")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null; // of another system
    throw error;
  }
}

function licenceIn({ license, licenses }: PackageManifest): string | null {
  const stated = typeof license === "string"
    ? license
    : license?.type ?? licenses?.map(({ type }) => type).join(" OR ");
  return stated ? stated.trim() : null;
}
