import { listPrivacyRequests, type PrivacyRequest } from "../../db/people/privacy_requests.ts";
import type { DashboardDeps } from "../deps.ts";

/** Reads for the page about the rights of persons. */
export interface PrivacyReads {
  /** what persons asked for, newest first */
  privacyRequests(): Promise<PrivacyRequest[]>;
}

/** Answers them from Postgres. */
export const privacyReads = ({ sql }: DashboardDeps): PrivacyReads => ({
  privacyRequests: () => listPrivacyRequests(sql, { limit: 100 }),
});
