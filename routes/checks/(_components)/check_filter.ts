/** Reads the filter of checks from an address, and makes addresses of others. */
import { Answer, Check } from "../../../src/retraining/check.ts";

/** A list of checks, as an address says it. */
export interface CheckFilter {
  model?: string;
  answer?: Answer;
  /** only those made before this moment, ISO 8601 */
  before?: string;
}

const EARLIEST = "1970";

/** The filter in an address; what makes no sense there is left out. */
export function readFilter(query: URLSearchParams): CheckFilter {
  const before = Check.shape.checkedAt.safeParse(query.get("before")).data;
  return {
    model: query.get("model") || undefined,
    answer: Answer.safeParse(query.get("answer")).data,
    before: before && before >= EARLIEST ? before : undefined,
  };
}

/** Whether a text is a check's id. */
export const isCheckId = (text: string): boolean => Check.shape.id.safeParse(text).success;

/** The address of a list of checks. */
export function checksPath({ model, answer, before }: CheckFilter): string {
  const given = Object.entries({ model, answer, before }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given as [string, string][]);
  return query.size > 0 ? `/checks?${query}` : "/checks";
}
