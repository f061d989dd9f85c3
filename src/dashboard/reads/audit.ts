import { auditNames, type AuditRow, pageOfAudit } from "../../db/access/audit.ts";
import type { DashboardDeps } from "../deps.ts";

/** Selects the changes by people to list, newest first. */
export interface AuditListQuery {
  who?: string;
  action?: string;
  /** only those written before the one of this number */
  before?: number;
  limit: number;
}

/** Reads for the page about the audit. */
export interface AuditReads {
  audit(query: AuditListQuery): Promise<{ changes: AuditRow[]; next: number | null }>;
  /** who is in the audit, and with which kinds of changes */
  auditNames(): Promise<{ who: string[]; actions: string[] }>;
}

/** Answers them from Postgres. */
export const auditReads = ({ sql }: DashboardDeps): AuditReads => ({
  audit: (query) => pageOfAudit(sql, query),
  auditNames: () => auditNames(sql),
});
