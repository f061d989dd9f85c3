import { Buffer } from "node:buffer";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { sha256 } from "../../core/hash.ts";
import {
  type ChainedRow,
  chainedRows,
  ChainHead,
  chainHead,
  type Checkpoint,
  keptHead,
  listCheckpoints,
  saveCheckpoint,
  unchainedRow,
} from "../../db/access/audit_chain.ts";
import type { Sql } from "../../db/connect.ts";
import type { SigningKeys } from "../../security/signing.ts";

const ROWS_AT_ONCE = 2_000;

/** What a look at the whole chain found. */
export const AuditVerification = z.object({
  intact: z.boolean(),
  rows: z.int().describe("links that were computed again"),
  head: ChainHead.describe("the newest link"),
  checkpoints: z.int().describe("signed links that were compared"),
  broken: z.object({
    link: z.int().nullable().describe("the first broken one; null: a row outside of the chain"),
    id: z.int().nullable(),
    why: z.string(),
  }).nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;

type Broken = NonNullable<AuditVerification["broken"]>;

/** A signed head that was kept outside of the database. */
const KeptHead = ChainHead.extend({ signature: z.string() });
type KeptHead = z.infer<typeof KeptHead>;

const signedText = ({ link, hash }: ChainHead): string => `perennial audit 1\n${link}\n${hash}`;

/** The hash of a row, computed as `audit_hash()` of the database does. */
export function hashOfRow(
  { link, previousHash, fields }: Pick<ChainedRow, "link" | "previousHash" | "fields">,
): string {
  const field = (value: string | null) => value === null ? "-" : `${Buffer.byteLength(value)}:${value}`;
  return sha256([String(link), previousHash, ...fields].map(field).join(""));
}

/**
 * Computes every link of the audit again, and compares what was signed: in the database, and in `kept`, which an attacker
 * of the database does not reach; and the head that the next row will follow. Names the first broken link.
 */
export async function verifyAudit(
  sql: Sql,
  signing: SigningKeys,
  kept: KeptHead | null = null,
): Promise<AuditVerification> {
  const signed = [...await listCheckpoints(sql), ...kept ? [kept] : []];
  const forged = signed.find((checkpoint) =>
    signing.check(signedText(checkpoint), checkpoint.signature) !== "valid"
  );
  const wanted = new Map(signed.filter((one) => one !== forged).map(({ link, hash }) => [link, hash]));
  const next = await keptHead(sql); // first: rows are added while the others are read
  let head: ChainHead = { link: 0, hash: "0".repeat(64) };
  let rows = 0;
  let broken: Broken | null = null;
  while (broken === null) {
    const batch = await chainedRows(sql, { after: head.link, limit: ROWS_AT_ONCE });
    if (batch.length === 0) break;
    for (const row of batch) {
      broken = faultOf(row, head, wanted) ?? faultOfHead(row, next);
      if (broken) break;
      head = { link: row.link!, hash: row.hash! };
      rows++;
    }
  }
  broken ??= await faultBeyond(sql, { head, next, signed: wanted });
  if (broken === null && forged) {
    broken = { link: forged.link, id: null, why: "its checkpoint is not signed by this installation" };
  }
  return { intact: broken === null, rows, head, checkpoints: signed.length, broken };
}

function faultOf(row: ChainedRow, head: ChainHead, signed: ReadonlyMap<number, string>): Broken | null {
  const { link, id, hash, previousHash } = row;
  const expected = head.link + 1;
  if (link !== expected) return { link: expected, id: null, why: "the row is gone" };
  if (previousHash !== head.hash) return { link, id, why: "it does not follow the row before it" };
  if (hashOfRow(row) !== hash) return { link, id, why: "its content was changed" };
  const wanted = signed.get(link);
  if (wanted !== undefined && wanted !== hash) {
    return { link, id, why: "a signed checkpoint has another hash" };
  }
  return null;
}

const faultOfHead = ({ link, hash, id }: ChainedRow, next: ChainHead | null): Broken | null =>
  link === next?.link && hash !== next.hash
    ? { link, id, why: "the head of the chain has another hash" }
    : null;

/** Rows outside of the chain, and rows after its end that a checkpoint or its head has seen. */
async function faultBeyond(
  sql: Sql,
  { head, next, signed }: { head: ChainHead; next: ChainHead | null; signed: ReadonlyMap<number, string> },
): Promise<Broken | null> {
  const id = await unchainedRow(sql);
  if (id !== null) return { link: null, id, why: "the row was added outside of the chain" };
  const cut = [...signed.keys()].some((link) => link > head.link);
  if (cut) return { link: head.link + 1, id: null, why: "the row is gone, though a checkpoint has seen it" };
  if (next === null) return { link: head.link + 1, id: null, why: "the head of the chain is gone" };
  return next.link > head.link
    ? { link: head.link + 1, id: null, why: "the row is gone, though the head of the chain has seen it" }
    : null;
}

/**
 * Signs the newest link, and keeps it in the database and in `<home>/audit-checkpoint`.
 * @returns what was signed; null: nothing was added since
 */
export async function checkpointAudit(
  sql: Sql,
  { signing, home, last }: { signing: SigningKeys; home: string; last: number },
): Promise<Omit<Checkpoint, "at"> | null> {
  const head = await chainHead(sql);
  if (head.link === last || head.link === 0) return null;
  const checkpoint = { ...head, signature: signing.sign(signedText(head)) };
  await saveCheckpoint(sql, checkpoint);
  await writeKept(home, checkpoint);
  return checkpoint;
}

const keptPath = (home: string): string => join(home, "audit-checkpoint");

/** Returns the head that this machine kept; null: none yet. */
export async function readKept(home: string): Promise<KeptHead | null> {
  try {
    return KeptHead.parse(JSON.parse(await readFile(keptPath(home), "utf8")));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

async function writeKept(home: string, head: KeptHead): Promise<void> {
  const draft = `${keptPath(home)}.${crypto.randomUUID()}`;
  await writeFile(draft, JSON.stringify(head), { mode: 0o600 });
  await rename(draft, keptPath(home));
}
