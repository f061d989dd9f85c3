import { z } from "zod";
import { NotFoundError } from "../../core/errors.ts";
import type { Sql } from "../connect.ts";

/** What was found of a person, and taken out. */
export const PersonFound = z.object({
  events: z.int().default(0),
  days: z.int().default(0),
  predictions: z.int().default(0),
  quarantined: z.int().default(0),
  otherRows: z.int().default(0).describe("of other tables, in which the person's key was replaced"),
  keptRows: z.int().default(0).describe(
    "of tables that are only added to, as reasons in the audit: the key stays in them, and leads to nobody",
  ),
  files: z.int().default(0).describe("sealed files that were redacted"),
});
export type PersonFound = z.infer<typeof PersonFound>;

/** What a person asked for by their rights. It does not say who the person is. */
export const PrivacyRequest = z.object({
  id: z.uuid(),
  kind: z.enum(["erasure", "objection"]),
  who: z.string().describe("whose key asked for it"),
  why: z.string(),
  stage: z.string(),
  found: PersonFound,
  requestedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  receipt: z.record(z.string(), z.unknown()).nullable(),
  signature: z.string().nullable().describe("Ed25519 over the canonical JSON of the receipt"),
});
export type PrivacyRequest = z.infer<typeof PrivacyRequest>;

/** Writes a request down. One of the same kind that is under way for this person stands for it. @returns its id */
export async function addPrivacyRequest(
  tx: Sql,
  { id, kind, key, who, why }: Pick<PrivacyRequest, "id" | "kind" | "who" | "why"> & { key: string },
): Promise<string> {
  const [known] = await tx`select id from privacy_requests
    where key = ${key} and kind = ${kind} and ended_at is null`;
  if (known) return known.id;
  await tx`insert into privacy_requests (id, kind, key, who, why) values (${id}, ${kind}, ${key}, ${who}, ${why})`;
  return id;
}

/** Lists requests, newest first. */
export async function listPrivacyRequests(sql: Sql, { limit = 50 } = {}): Promise<PrivacyRequest[]> {
  const rows = await sql`select id, kind, who, why, stage, found, requested_at, ended_at, receipt, signature
    from privacy_requests order by requested_at desc limit ${limit}`;
  return z.array(PrivacyRequest).parse([...rows]);
}

/** @throws {NotFoundError} there is none of this id */
export async function getPrivacyRequest(sql: Sql, id: string): Promise<PrivacyRequest> {
  const [row] = await sql`select id, kind, who, why, stage, found, requested_at, ended_at, receipt, signature
    from privacy_requests where id = ${id}`;
  if (!row) throw new NotFoundError("privacy request", id);
  return PrivacyRequest.parse(row);
}

/** Lists the requests that have not ended. */
export async function openPrivacyRequests(sql: Sql): Promise<string[]> {
  return (await sql`select id from privacy_requests where ended_at is null order by requested_at`)
    .map(({ id }) => id);
}

/**
 * Returns the key of the person that an open request of this kind is about; null: all of them is gone already.
 * @throws {NotFoundError} there is none of this kind: whoever reaches Temporal can begin a workflow about the request of
 *   another kind, which would erase who objected, or sign that an erasure is done
 */
export async function personOf(
  sql: Sql,
  { id, kind }: { id: string; kind: "erasure" | "objection" },
): Promise<string | null> {
  const [row] = await sql`select key from privacy_requests where id::text = ${id} and kind = ${kind}`;
  if (!row) throw new NotFoundError("privacy request", id);
  return row.key;
}

/** Notes how far a request has come, and adds to what was found. */
export async function advancePrivacyRequest(
  sql: Sql,
  id: string,
  { stage, found = {} }: { stage: string; found?: Partial<PersonFound> },
): Promise<void> {
  const [row] = await sql`select found from privacy_requests where id = ${id} for update`;
  const sum = PersonFound.parse(row.found);
  for (const [name, count] of Object.entries(found)) sum[name as keyof PersonFound] += count;
  if (found.keptRows !== undefined) sum.keptRows = found.keptRows; // each round finds the same ones
  await sql`update privacy_requests set stage = ${stage}, found = ${sql.json(sum)} where id = ${id}`;
}

/** Takes the person off a request: from here on nothing leads from it to anybody. */
export async function forgetSubject(sql: Sql, id: string): Promise<void> {
  await sql`update privacy_requests set key = null where id = ${id}`;
}

/** Ends a request. The first end counts. */
export async function endPrivacyRequest(
  sql: Sql,
  id: string,
  { receipt, signature }: { receipt: Record<string, unknown>; signature: string | null },
): Promise<void> {
  await sql`update privacy_requests set key = null, stage = 'ended', ended_at = now(),
      receipt = ${sql.json(receipt as never)}, signature = ${signature}
    where id = ${id} and ended_at is null`;
}
