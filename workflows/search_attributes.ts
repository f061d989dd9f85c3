import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

/** The model a workflow is about. */
export const MODEL = defineSearchAttributeKey("PerennialModel", SearchAttributeType.KEYWORD);
/** The outcome of a cycle. */
export const VERDICT = defineSearchAttributeKey("PerennialVerdict", SearchAttributeType.KEYWORD);
/** The cause of a cycle. */
export const TRIGGER = defineSearchAttributeKey("PerennialTrigger", SearchAttributeType.KEYWORD);
