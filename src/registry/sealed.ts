import { gunzipSync, gzipSync } from "node:zlib";
import { canonicalJson } from "../core/hash.ts";
import type { ArtefactStore } from "./artefacts.ts";

/**
 * Keeps a plain value (JSON: no NaN, no infinity, no typed arrays) under the sha256 of its bytes, so that what a judgement
 * rested on can be read again unchanged. The same value has the same address.
 */
export async function sealValue(store: ArtefactStore, value: unknown): Promise<string> {
  return await store.put(new Uint8Array(gzipSync(canonicalJson(value), { level: 6 })));
}

/** The inverse of {@link sealValue}. @throws {ArtefactError} it is gone, or not what was sealed */
export async function openValue(store: ArtefactStore, sha256: string): Promise<unknown> {
  return JSON.parse(gunzipSync(await store.getRows(sha256)).toString("utf8"));
}
