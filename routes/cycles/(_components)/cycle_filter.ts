/** Reads the filter of cycles from an address, and makes addresses of others. */
import { CycleSort, firstOrder, Outcome, SortOrder } from "../../../src/retraining/cycle.ts";
import type { Cycle } from "../../../src/retraining/cycle.ts";
import { TRIGGERS } from "../../../components/labels.ts";

/** A list of cycles, as an address says it. */
export interface CycleFilter {
  model?: string;
  outcome?: Outcome;
  trigger?: Cycle["trigger"];
  sort: CycleSort;
  order: SortOrder;
  /** from 1 */
  page: number;
}

/** The filter in an address; what makes no sense there is left out. */
export function readFilter(query: URLSearchParams): CycleFilter {
  const page = Number(query.get("page") ?? 1);
  const [by, order = query.get("order")] = (query.get("sort") ?? "").split(" "); // the form says both at once
  const sort = CycleSort.safeParse(by).data ?? "started";
  return {
    model: query.get("model") || undefined,
    outcome: Outcome.safeParse(query.get("outcome")).data,
    trigger: TRIGGERS.find((trigger) => trigger === query.get("trigger")),
    sort,
    order: SortOrder.safeParse(order).data ?? firstOrder(sort),
    page: Number.isInteger(page) && page > 0 && page < 1e6 ? page : 1,
  };
}

/** Returns the parameters of an address, without defaults. */
const parametersOf = ({ model, outcome, trigger, sort, order }: CycleFilter) => ({
  model,
  outcome,
  trigger,
  sort: sort === "started" ? undefined : sort,
  order: order === firstOrder(sort) ? undefined : order,
});

function queryOf(entries: Record<string, string | undefined>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(entries).filter((e): e is [string, string] => e[1] !== undefined),
  );
}

/** The page that shows these cycles. */
export function cyclesPath(filter: CycleFilter): string {
  const query = queryOf({ ...parametersOf(filter), page: filter.page > 1 ? String(filter.page) : undefined });
  return query.size > 0 ? `/cycles?${query}` : "/cycles";
}

/** The API gives the same cycles as a file. */
export const csvPath = (filter: CycleFilter): string =>
  `/retraining/history?${queryOf({ format: "csv", limit: "1000", ...parametersOf(filter) })}`;

/** The same cycles sorted by something else; by the same, the other way round. */
export function sortedBy(filter: CycleFilter, sort: CycleSort): CycleFilter {
  const turned: SortOrder = filter.order === "asc" ? "desc" : "asc";
  return { ...filter, sort, order: sort === filter.sort ? turned : firstOrder(sort), page: 1 };
}

/** Labels of the sort orders, first end first. */
export const SORTS: Readonly<Record<CycleSort, Record<SortOrder, string>>> = {
  started: { desc: "newest first", asc: "oldest first" },
  took: { desc: "longest first", asc: "shortest first" },
  change: { asc: "largest fall of the loss first", desc: "largest rise of the loss first" },
  outcome: { asc: "deployed first", desc: "cancelled first" },
  verdict: { asc: "promote first", desc: "inconclusive first" },
  model: { asc: "by model, a to z", desc: "by model, z to a" },
  asOf: { desc: "latest data first", asc: "earliest data first" },
  trigger: { asc: "by trigger, a to z", desc: "by trigger, z to a" },
};
