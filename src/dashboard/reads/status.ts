import { readStatus } from "../../app/reports/status.ts";
import { readRevisions, type Revisions } from "../../db/revisions.ts";
import type { Status } from "../../retraining/status.ts";
import type { DashboardDeps } from "../deps.ts";

/** Reads for every page: how the models are, and what has changed. */
export interface StatusReads {
  /** the wall clock, as ISO 8601 */
  now(): string;
  status(): Promise<Status>;
  /** tokens that change when there is something new about looks, data or backtests */
  revisions(): Promise<Revisions>;
}

/** Answers them from Postgres. */
export const statusReads = (deps: DashboardDeps): StatusReads => ({
  now: () => new Date(deps.clock()).toISOString(),
  status: () => readStatus(deps),
  revisions: () => readRevisions(deps.sql),
});
