import { z } from "zod";

/** An observation in brief, for the trail of observations of one thing. */
export const ObservationSummary = z.object({
  id: z.uuid(),
  asOf: z.iso.datetime(),
  answer: z.string(),
  text: z.string(),
});
export type ObservationSummary = z.infer<typeof ObservationSummary>;
