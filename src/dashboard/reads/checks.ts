import { getCheck, pageOfChecks } from "../../db/cycles/checks.ts";
import type { Answer, Check } from "../../retraining/check.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** Selects the checks to list. */
export interface ChecksQuery {
  model?: string;
  answer?: Answer;
  /** only those made before this moment, ISO 8601 */
  before?: string;
  limit: number;
}

/** Reads for the pages about checks. */
export interface CheckReads {
  /** newest first, and the `before` of the page after them; null: these were the last */
  pageOfChecks(query: ChecksQuery): Promise<{ checks: Check[]; next: string | null }>;
  /** null: there is no such check */
  check(id: string): Promise<Check | null>;
}

/** Answers them from Postgres. */
export const checkReads = ({ sql }: DashboardDeps): CheckReads => ({
  pageOfChecks: (query) => pageOfChecks(sql, query),
  check: (id) => nullIfNotFound(getCheck(sql, id)),
});
