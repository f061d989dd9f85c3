/** Reads the filter of cycles from an address, and makes addresses of others. */
import { CycleSort, firstOrder, Outcome, SortOrder } from "../../../src/retraining/cycle.ts";
import type { Cycle } from "../../../src/retraining/cycle.ts";
import { TRIGGERS } from "../../../components/labels.ts";

/** A list of cycles, as an address says it. */
export interface CycleFilter {
  model?: string;
  outcome?: Outcome;
  trigger?: Cycle["trigger"];
  /** days of the data, as `2011-06-01`: as of this one or later, as of this one or earlier */
  from?: string;
  to?: string;
  /** words to look for */
  text?: string;
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
    from: dayIn(query.get("from")),
    to: dayIn(query.get("to")),
    text: query.get("text")?.trim().slice(0, TEXT_MAX) || undefined,
    sort,
    order: SortOrder.safeParse(order).data ?? firstOrder(sort),
    page: Number.isInteger(page) && page > 0 && page < 1e6 ? page : 1,
  };
}

/** Characters of a text to look for, as the API has it. */
export const TEXT_MAX = 100;

/** A day that there is. */
function dayIn(text: string | null): string | undefined {
  const ms = text !== null && /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text!) ? text! : undefined;
}

/** Returns the parameters of an address, without defaults. */
const parametersOf = ({ model, outcome, trigger, from, to, text, sort, order }: CycleFilter) => ({
  model,
  outcome,
  trigger,
  from,
  to,
  text,
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
