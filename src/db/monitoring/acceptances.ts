import { z } from "zod";
import { Acceptance } from "../../monitoring/acceptance.ts";
import type { Sql } from "../connect.ts";

/** Returns who accepted which of these findings, by key. */
export async function listAcceptances(sql: Sql, keys: readonly string[]): Promise<Acceptance[]> {
  const rows =
    await sql`select key, accepted_at as at, accepted_by as by, accepted_why as why from quality_findings
    where key = any(${keys as string[]}::text[]) and accepted_at is not null order by key`;
  return z.array(Acceptance).parse([...rows]);
}
