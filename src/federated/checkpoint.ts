import { z } from "zod";
import type { Agreed } from "./moments.ts";

/** What a closed round leaves for the next one: the columns that were agreed on, and the weights. */
export interface Checkpoint {
  readonly agreed: Agreed;
  readonly weights: Float64Array;
}

const Stored = z.object({
  agreed: z.object({
    shoppers: z.number(),
    preprocessing: z.object({
      columns: z.array(z.object({
        of: z.int(),
        as: z.enum(["log", "missing"]),
        mean: z.number(),
        scale: z.number(),
      })),
      limit: z.number(),
    }),
  }),
  weights: z.array(z.number()),
});

/** A checkpoint as bytes; numbers keep their last digit. */
export const encodeCheckpoint = ({ agreed, weights }: Checkpoint): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ agreed, weights: Array.from(weights) }));

/** The inverse of {@link encodeCheckpoint}. @throws {z.ZodError} the bytes are no checkpoint */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { agreed, weights } = Stored.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return { agreed, weights: Float64Array.from(weights) };
}
