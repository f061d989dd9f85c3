import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

/** An archive of Temporal's command line, and the SHA-256 that it has to have. */
export interface PinnedArchive {
  url: string;
  sha256: string;
}

/** The release that is downloaded or built. Later tags hold a `replace` directive, which `go install` refuses. */
export const TEMPORAL_CLI_VERSION = "v1.5.1";

/**
 * SHA-256 of the release's archives, by system and architecture. Compared with the sums that two public collections of
 * packages pin for the same files; a new version takes new ones.
 */
const SHA256: Readonly<Record<string, string>> = {
  "darwin_amd64": "bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9",
  "darwin_arm64": "cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415",
  "linux_amd64": "ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d",
  "linux_arm64": "bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5",
};

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** Returns the archive for a system; null: there is none whose sum is pinned. */
export function archiveFor({ os, arch }: { os: string; arch: string }): PinnedArchive | null {
  const name = `${os}_${ARCHITECTURES[arch] ?? arch}`;
  const sha256 = SHA256[name];
  if (sha256 === undefined) return null;
  const version = TEMPORAL_CLI_VERSION.slice(1);
  const release = `https://github.com/temporalio/cli/releases/download/${TEMPORAL_CLI_VERSION}`;
  return { url: `${release}/temporal_cli_${version}_${name}.tar.gz`, sha256 };
}

/** What was downloaded is not what is pinned. */
export class WrongArchiveError extends Error {
  override name = "WrongArchiveError";
  constructor(url: string, { wanted, got }: { wanted: string; got: string }) {
    super(`What ${url} gave is not what is pinned: SHA-256 is ${got}, has to be ${wanted}`);
  }
}

/**
 * Fetches an archive into a file and checks it, before anything in it is looked at.
 * @param options.proxy left out: as the process's environment says
 * @param options.stalledMs a download that has not moved for this long is given up
 * @throws {WrongArchiveError} it is another one
 */
export async function fetchArchive(
  { url, sha256 }: PinnedArchive,
  path: string,
  { stalledMs, withinMs, proxy }: { stalledMs: number; withinMs: number; proxy?: string },
): Promise<void> {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ending.abort(new Error("no data came for too long")), stalledMs);
  };
  const whole = setTimeout(
    () => ending.abort(new Error(`it took longer than ${withinMs / 1000} s`)),
    withinMs,
  );
  moved();
  const client = proxy === undefined ? undefined : Deno.createHttpClient({ proxy: { url: proxy } });
  try {
    const response = await fetch(url, { signal: ending.signal, client } as RequestInit);
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
    const hash = createHash("sha256");
    const hashing = new Transform({
      transform(chunk, _encoding, done) {
        moved();
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, hashing, createWriteStream(path), { signal: ending.signal });
    const got = hash.digest("hex");
    if (got !== sha256) throw new WrongArchiveError(url, { wanted: sha256, got });
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearTimeout(timer);
    clearTimeout(whole);
    client?.close();
  }
}

const BLOCK = 512;

/** Takes one file out of a `.tar.gz`, by its name. @throws {Error} it is not in there */
export async function unpackFile(archive: string, name: string, target: string): Promise<void> {
  const unpacked = Readable.fromWeb(
    (await Deno.open(archive)).readable as Parameters<typeof Readable.fromWeb>[0],
  )
    .pipe(createGunzip());
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpacked) chunks.push(chunk);
  const tar = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  for (let at = 0; at + BLOCK <= tar.length;) {
    const size = parseInt(textAt(tar, at + 124, 12), 8) || 0;
    const isFile = ["0", ""].includes(textAt(tar, at + 156, 1));
    if (isFile && textAt(tar, at, 100).replace(/^\.\//, "") === name) {
      return await Deno.writeFile(target, tar.subarray(at + BLOCK, at + BLOCK + size));
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error(`There is no "${name}" in ${archive}`);
}

const textAt = (bytes: Uint8Array, at: number, length: number): string =>
  new TextDecoder().decode(bytes.subarray(at, at + length)).split("\0")[0].trim();
