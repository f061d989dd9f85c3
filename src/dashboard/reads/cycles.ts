import { getCycle, listCycles } from "../../db/cycles/cycles.ts";
import type { Cycle, CycleSort, SortOrder } from "../../retraining/cycle.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** Selects the cycles to list, and their order; left out: newest first. */
export interface CycleQuery {
  model?: string;
  outcome?: string;
  trigger?: string;
  /** days of the data, as `2011-06-01` */
  from?: string;
  to?: string;
  text?: string;
  sort?: CycleSort;
  order?: SortOrder;
  limit: number;
  offset: number;
}

/** Reads for the pages about cycles. */
export interface CycleReads {
  cycles(query: CycleQuery): Promise<Cycle[]>;
  /** null: there is no such cycle */
  cycle(id: string): Promise<Cycle | null>;
  /** where Temporal's UI shows a workflow; null: no UI is known */
  workflowUrl(workflowId: string, runId: string): string | null;
}

/** Answers them from Postgres. */
export function cycleReads({ sql, temporalUi, namespace = "default" }: DashboardDeps): CycleReads {
  return {
    cycles: (query) => listCycles(sql, query),
    cycle: (id) => nullIfNotFound(getCycle(sql, id)),
    workflowUrl(workflowId, runId) {
      if (!temporalUi) return temporalUi;
      const path = `namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
      return new URL(path, temporalUi.replace(/\/?$/, "/")).href;
    },
  };
}
