import { z } from "zod";

/** A look in brief: of the trail of looks at one thing. */
export const Look = z.object({ id: z.uuid(), asOf: z.iso.datetime(), answer: z.string(), text: z.string() });
export type Look = z.infer<typeof Look>;
