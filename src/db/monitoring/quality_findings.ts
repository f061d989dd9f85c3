import type { Finding } from "../../quality/report.ts";
import type { Sql } from "../connect.ts";

/** Notes when findings were seen first and last, as of `asOf`. */
export async function noteFindings(sql: Sql, findings: readonly Finding[], asOf: string): Promise<void> {
  if (findings.length === 0) return;
  await sql`
    insert into quality_findings as known (key, kind, subject, first_seen, last_seen)
    select key, kind, subject, first_seen::timestamptz, ${asOf}::timestamptz
    from unnest(${findings.map((f) => f.key)}::text[], ${findings.map((f) => f.kind)}::text[],
                ${findings.map((f) => f.subject)}::text[], ${findings.map((f) => f.firstSeen)}::text[])
      as found(key, kind, subject, first_seen)
    order by key
    on conflict (key) do update set last_seen = greatest(known.last_seen, excluded.last_seen)`;
}

/** A person says that the data are as they should be: the finding no longer blocks. Repeating it changes nothing. @returns whether there is such a finding */
export async function acceptFinding(
  sql: Sql,
  { key, by, why }: { key: string; by: string; why: string },
): Promise<boolean> {
  const changed = await sql`
    update quality_findings set accepted_at = coalesce(accepted_at, now()), accepted_by = coalesce(accepted_by, ${by}),
      accepted_why = coalesce(accepted_why, ${why})
    where key = ${key}`;
  return changed.count > 0;
}

/** Counts the findings that people have accepted: a look depends on it. */
export async function countAccepted(sql: Sql): Promise<number> {
  const [row] =
    await sql`select count(*)::int as accepted from quality_findings where accepted_at is not null`;
  return row.accepted;
}
