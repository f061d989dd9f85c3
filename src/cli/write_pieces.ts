import { dirname } from "node:path";

/**
 * Writes a file piece by piece. A file of that name stays as it was until all of it is there; what is no file of its own
 * (a pipe, a link) is written straight away.
 */
export async function writePieces(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const draft = await isOwnFile(path) ? `${path}.part` : path;
  try {
    using file = await openFor(path, draft);
    for await (const piece of pieces) {
      const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
    }
    if (draft !== path) await Deno.rename(draft, path);
  } catch (error) {
    if (draft !== path) await Deno.remove(draft).catch(() => {}); // there is none where it could not be opened
    throw error;
  }
}

async function openFor(path: string, draft: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(draft, { write: true, create: true, truncate: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot write "${path}": there is no folder "${dirname(path)}"`, { cause: error });
  }
}

/** Whether there is a plain file of that name, or nothing yet; a link is not, as what it leads to shall be written. */
async function isOwnFile(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}
