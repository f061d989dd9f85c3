import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

/** The model a workflow is about. */
export const MODEL = defineSearchAttributeKey("PerennialModel", SearchAttributeType.KEYWORD);
/** How a cycle ended. */
export const VERDICT = defineSearchAttributeKey("PerennialVerdict", SearchAttributeType.KEYWORD);
/** What started a cycle. */
export const TRIGGER = defineSearchAttributeKey("PerennialTrigger", SearchAttributeType.KEYWORD);
