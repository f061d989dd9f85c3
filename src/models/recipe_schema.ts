import { z } from "zod";
import { strictObject } from "./strict_object.ts";

/** The form of each candidate that a model's file may name: a training must not be the first to find a mistake. */

const name = z.string().regex(/^[a-z0-9][a-z0-9 ._-]{0,59}$/i, {
  error: "needs 1 to 60 letters, digits, blanks, . _ -",
});
const inputs = z.enum(["log", "log+raw", "log+hinges"]);
const target = z.enum(["identity", "log1p", "two-part", "body+tail", "two-part+tail", "count"]);
const grid = z.array(z.number().positive().max(1e12)).min(1).max(30).optional();
const penalties = strictObject({
  class: grid,
  value: grid,
  log: grid,
  buy: grid,
  amount: grid,
  body: grid,
  tail: grid,
  count: grid,
}).optional();
const training = {
  weightDecay: z.number().min(0).max(10),
  learningRate: z.number().positive().max(1),
  batchSize: z.int().min(1).max(1_000_000),
  epochsMax: z.int().min(1).max(10_000),
  patience: z.int().min(1).max(10_000),
};
const hidden = z.array(z.int().min(1).max(4096)).min(1).max(10);

export const CandidateForm = z.discriminatedUnion("family", [
  strictObject({ family: z.literal("linear"), name, inputs, target, penalties }),
  strictObject({
    family: z.literal("network"),
    name,
    inputs,
    target,
    penalties,
    network: strictObject({ hidden, ...training }),
  }),
  strictObject({
    family: z.literal("warm-start"),
    name,
    network: strictObject({ hidden: hidden.optional(), ...training }), // those of the champion stay; spread options name them
  }),
  strictObject({ family: z.literal("blend"), name, of: z.array(z.string()).min(2).max(30) }),
  z.looseObject({ family: z.literal("brought"), name }), // broughtFault() looks at the rest
], { error: `needs a family: linear, network, warm-start, blend or brought` });
