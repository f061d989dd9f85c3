import { z } from "zod";
import { QUEUE_KINDS } from "../config/queues.ts";

/** The last heartbeat of a retrainer workflow. */
export const RetrainerState = z.object({
  model: z.string(),
  active: z.boolean(),
  nextCheckAt: z.iso.datetime().nullable(),
  runningCycle: z.string().nullable(),
  updatedAt: z.iso.datetime(),
});

export type RetrainerState = z.infer<typeof RetrainerState>;

/** A process that runs activities, and when it last said that it is there. */
export const WorkerState = z.object({
  name: z.string(),
  startedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  queues: z.array(z.enum(QUEUE_KINDS)).describe("kinds of work that it takes"),
});

export type WorkerState = z.infer<typeof WorkerState>;
