import { z } from "zod";

const Pair = z.object({ reference: z.number(), current: z.number() });

/** Distributions of each input then and now, by feature: drawn beside a look's findings, which do not rest on them. */
export const Shapes = z.record(
  z.string(),
  z.object({
    edges: z.array(z.number()),
    reference: z.array(z.number()),
    current: z.array(z.number()),
    above: Pair,
    missing: Pair,
  }),
);
export type Shapes = z.infer<typeof Shapes>;
export type Shape = Shapes[string];
