import type { SearchAttributePair, TypedSearchAttributes } from "@temporalio/common";
import { upsertSearchAttributes, workflowInfo } from "@temporalio/workflow";

type Pairs = SearchAttributePair[] | TypedSearchAttributes;

/** A cluster that lets nobody add search attributes says so in the memo of what begins there. */
const isWithout = (): boolean => workflowInfo().memo?.searchAttributes === "none";

/** Sets search attributes, where the namespace has them. */
export function setAttributes(pairs: SearchAttributePair[]): void {
  if (!isWithout()) upsertSearchAttributes(pairs);
}

/** Returns the options with which a child has search attributes, or knows that there are none. */
export function childAttributes(
  pairs: SearchAttributePair[],
  memo?: Record<string, unknown>,
): { typedSearchAttributes?: Pairs; memo?: Record<string, unknown> } {
  if (isWithout()) return { memo: { ...memo, searchAttributes: "none" } };
  return {
    ...pairs.length > 0 ? { typedSearchAttributes: pairs } : {},
    ...memo === undefined ? {} : { memo },
  };
}
