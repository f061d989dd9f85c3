import type { Database } from "../../db/connect.ts";
import { addRedaction } from "../../db/people/redactions.ts";
import { decodeShards } from "../../features/shards.ts";
import type { FileArtefacts } from "../../registry/artefacts.ts";
import { redacted } from "../../registry/redact.ts";

/** The sealed files of an installation, and the chain of what was taken out of them. */
interface RedactDeps {
  sql: Database;
  store: FileArtefacts;
}

/**
 * Takes a shopper out of every sealed file. Interrupted and called again it goes on: what was redacted holds the shopper no
 * more. @returns how many files held the shopper
 */
export async function redactFiles(
  { sql, store }: RedactDeps,
  { request, key, atMs }: { request: string; key: string; atMs: number },
): Promise<number> {
  const fresh = crypto.randomUUID();
  let files = 0;
  for (const { name } of await store.list()) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const bytes = await store.get(name).catch(() => null); // gone meanwhile, or damaged: nothing can be read in it
    const without = bytes === null ? null : redacted(bytes, { key, fresh });
    if (without === null) continue;
    const toSha256 = await store.put(without.bytes); // first, so that the chain names nothing that is not there
    await addRedaction(sql, { request, fromSha256: name, toSha256, what: without.what, atMs });
    await store.redact(name, without.bytes);
    files++;
  }
  return files;
}

/** Lists the sealed files that hold a shopper. */
export async function filesHolding(store: FileArtefacts, key: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of await store.list()) {
    const bytes = await store.get(name).catch(() => null);
    if (bytes !== null && redacted(bytes, { key, fresh: crypto.randomUUID() }) !== null) names.push(name);
  }
  return names;
}

/** Lists the lists of shards that name any of these files: a cut-off holds whom one of its shards holds. */
export async function listsNaming(store: FileArtefacts, names: readonly string[]): Promise<string[]> {
  const wanted = new Set(names);
  const lists: string[] = [];
  for (const { name } of await store.list()) {
    if (!await store.isGzip(name)) continue;
    const bytes = await store.get(name).catch(() => null); // gone meanwhile, or damaged
    const shards = bytes === null ? undefined : decodeShards(bytes)?.shards;
    if (shards?.some(({ sha256 }) => wanted.has(sha256))) lists.push(name);
  }
  return lists;
}
